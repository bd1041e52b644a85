import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { before, describe, it, type TestContext } from "node:test";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import type { CertificateConfig, ListenerTlsConfig } from "../../src/config/config.ts";
import { suites } from "../../src/listen/tls-policy.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { makeCertificate } from "../support/make-certificates.ts";
import { handshake, listenerSettings, startDoor } from "../support/start-door.ts";
import { aListener, RawClient } from "../support/start-router.ts";

async function certificateFor(name: string, key: "ec" | "rsa", names = [name]): Promise<CertificateConfig> {
  return aCertificate(await makeCertificate({ name, key, names }));
}

async function start(
  t: TestContext,
  certificates: readonly CertificateConfig[],
  rest: Partial<ListenerTlsConfig> = {},
) {
  const [first, ...others] = certificates;
  assert.ok(first);
  return startDoor(t, aListener({ tls: aListenerTls([first, ...others], rest) }));
}

/** The name and the kind of key of the certificate that is shown. */
async function shown(t: TestContext, port: number, options: ConnectionOptions): Promise<string> {
  const certificate = (await handshake(t, port, options)).getPeerX509Certificate();
  return `${certificate?.subject.slice(3)} ${certificate?.publicKey.asymmetricKeyType}`;
}

describe("several certificates of a name", () => {
  let rsa: CertificateConfig;
  let ec: CertificateConfig;
  let otherRsa: CertificateConfig;
  let otherEc: CertificateConfig;
  before(async () => {
    rsa = await certificateFor("mail.test", "rsa", ["mail.test", "owa.test"]);
    ec = await certificateFor("mail.test", "ec");
    otherRsa = await certificateFor("*.other.test", "rsa");
    otherEc = await certificateFor("*.other.test", "ec");
  });

  const onlyRsa12 = { maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-GCM-SHA256" } as const;
  const onlyRsa13 = { minVersion: "TLSv1.3", sigalgs: "rsa_pss_rsae_sha256" } as const;
  const mixed = "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256";
  const onlyEc = { sigalgs: "ecdsa_secp256r1_sha256" } as const;
  const cases: readonly (readonly [string, ConnectionOptions, string])[] = [
    ["mail.test", {}, "mail.test ec"],
    ["mail.test", { maxVersion: "TLSv1.2" }, "mail.test ec"],
    ["mail.test", onlyEc, "mail.test ec"],
    ["mail.test", onlyRsa12, "mail.test rsa"],
    ["mail.test", onlyRsa13, "mail.test rsa"],
    ["mail.test", { ...onlyRsa12, ...onlyEc, ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" }, "mail.test ec"],
    // It has no suite for ECDSA that the policy allows, or does not know the curve.
    ["mail.test", { maxVersion: "TLSv1.2", ciphers: mixed }, "mail.test rsa"],
    ["mail.test", { maxVersion: "TLSv1.2", ecdhCurve: "P-384" }, "mail.test rsa"],
    ["owa.test", {}, "mail.test rsa"],
    ["a.other.test", {}, "*.other.test ec"],
    ["a.other.test", onlyRsa13, "*.other.test rsa"],
    // The first certificate's names are not all on the other one.
    ["", {}, "mail.test rsa"],
    ["unknown.test", {}, "mail.test rsa"],
  ];
  for (const [servername, options, expected] of cases) {
    it(`is chosen by what the client can check: ${servername} ${JSON.stringify(options)}`, async (t) => {
      const { port } = await start(t, [rsa, ec, otherRsa, otherEc]);
      assert.equal(await shown(t, port, { servername, ...options }), expected);
    });
  }

  it("goes for clients without a name as well where both have the same names", async (t) => {
    const { port } = await start(t, [otherRsa, otherEc, rsa]);
    assert.equal(await shown(t, port, {}), "*.other.test ec");
    assert.equal(await shown(t, port, onlyRsa13), "*.other.test rsa");
  });

  for (const servername of ["unknown.test", "", "a.b.other.test"]) {
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      it(`are all kept from who asks for "${servername}" with ${version} where names are strict`, async (t) => {
        const { port } = await start(t, [rsa, otherEc], { strictSni: true });
        const options = { servername, minVersion: version, maxVersion: version };
        await assert.rejects(handshake(t, port, options), /unrecognized name/);
        assert.equal(await shown(t, port, { servername: "MAIL.test" }), "mail.test rsa");
      });
    }
  }

  it("are kept from clear text, which gets an alert", async (t) => {
    const { port } = await start(t, [rsa], { strictSni: true });
    const client = new RawClient(port);
    t.after(() => client.close());
    await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n").untilGone();
    assert.deepEqual([...client.received], [21, 3, 3, 0, 2, 2, 112]);
  });

  it("are chosen though the hello comes byte by byte, and a client that goes in its midst harms nothing", async (t) => {
    const { port } = await start(t, [rsa]);
    const gone = new RawClient(port).write(Buffer.from([22, 3, 1, 2]));
    await once(gone.socket, "connect");
    gone.socket.resetAndDestroy();
    const ended = new RawClient(port).write(Buffer.from([22, 3, 1, 2]));
    ended.socket.end();
    await ended.untilGone();
    ended.close();
    assert.equal(await shown(t, port, {}), "mail.test rsa");
  });
});

describe("a TLS policy", () => {
  let rsa: CertificateConfig;
  let ec: CertificateConfig;
  before(async () => {
    rsa = await certificateFor("mail.test", "rsa");
    ec = await certificateFor("mail.test", "ec");
  });

  const old = { minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" } as const;
  const refused = /alert|handshake failure|protocol version/;

  for (const [policy, minVersion] of [
    ["modern", "TLSv1.3"],
    ["intermediate", "TLSv1.2"],
    ["legacy", "TLSv1"],
  ] as const) {
    it(`${policy} has its suites and no other`, async (t) => {
      const { port } = await start(t, [rsa, ec], { policy, minVersion });
      for (const suite of suites.legacy) {
        const tls13 = suite.startsWith("TLS_");
        const version = tls13 ? "TLSv1.3" : "TLSv1.2";
        const ciphers = tls13 ? suite : `${suite}:@SECLEVEL=0`;
        const attempt = handshake(t, port, { ciphers, minVersion: version, maxVersion: version });
        if (suites[policy].includes(suite)) assert.equal((await attempt).getCipher().standardName.length > 0, true);
        else await assert.rejects(attempt, refused);
      }
    });

    it(`${policy} begins with ${minVersion}`, async (t) => {
      const { port } = await start(t, [rsa], { policy, minVersion });
      for (const version of ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const) {
        const attempt = handshake(t, port, { ...old, maxVersion: version });
        if (version >= minVersion) assert.equal((await attempt).getProtocol(), version);
        else await assert.rejects(attempt, refused);
      }
    });
  }

  it("legacy keeps the older suites for a higher version as well", async (t) => {
    const { port } = await start(t, [rsa], { policy: "legacy", minVersion: "TLSv1.2" });
    const options = { ...old, ciphers: "ECDHE-RSA-AES256-SHA384", maxVersion: "TLSv1.2" } as const;
    assert.equal((await handshake(t, port, options)).getCipher().name, "ECDHE-RSA-AES256-SHA384");
    await assert.rejects(handshake(t, port, { ...old, maxVersion: "TLSv1.1" }), refused);
  });

  it("has no signature with SHA-1 but for legacy", async (t) => {
    const options = { ...old, maxVersion: "TLSv1.2", sigalgs: "RSA+SHA1" } as const;
    const { port } = await start(t, [rsa]);
    await assert.rejects(handshake(t, port, options), refused);
    const legacy = await start(t, [rsa], { policy: "legacy", minVersion: "TLSv1" });
    await handshake(t, legacy.port, options);
  });

  it("has secure curves only", async (t) => {
    const { port } = await start(t, [rsa]);
    for (const ecdhCurve of ["X25519", "P-256", "P-384"]) await handshake(t, port, { ecdhCurve });
    for (const ecdhCurve of ["P-521", "X448"]) await assert.rejects(handshake(t, port, { ecdhCurve }), refused);
  });

  it("lets a client without AES hardware have ChaCha20", async (t) => {
    const { port } = await start(t, [rsa]);
    const ofClient = "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256";
    const chosen = async (ciphers: string): Promise<string> =>
      (await handshake(t, port, { ciphers, maxVersion: "TLSv1.2" })).getCipher().name;
    assert.equal(await chosen(ofClient), "ECDHE-RSA-CHACHA20-POLY1305");
    assert.equal(
      await chosen("ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256"),
      "ECDHE-RSA-AES128-GCM-SHA256",
    );
  });
});

describe("session tickets", () => {
  let certificate: CertificateConfig;
  before(async () => {
    certificate = await certificateFor("mail.test", "ec");
  });

  const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  /** The last session that a connection was given: with TLS 1.3 it comes behind the handshake. */
  async function sessionOf(socket: TLSSocket): Promise<Buffer> {
    let session = socket.getSession();
    socket.on("session", (given) => (session = given));
    socket.write(get);
    await once(socket, "data");
    assert.ok(session);
    return session;
  }

  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    it(`are good at every listener with the same keys, and no more after the keys changed: ${version}`, async (t) => {
      const options = { servername: "mail.test", minVersion: version, maxVersion: version };
      const [one, other] = [await start(t, [certificate]), await start(t, [certificate])];
      const resumed = async (port: number, session: Buffer): Promise<boolean> =>
        (await handshake(t, port, { ...options, session })).isSessionReused();
      const own = await sessionOf(await handshake(t, one.port, options));
      assert.equal(await resumed(one.port, own), true);
      assert.equal(await resumed(other.port, own), false);
      const keys = randomBytes(48);
      for (const { door } of [one, other]) door.setTicketKeys(keys);
      const shared = await sessionOf(await handshake(t, one.port, options));
      assert.equal(await resumed(other.port, shared), true);
      // A configuration that is put in force changes nothing about it.
      const listener = aListener({ tls: aListenerTls([certificate]) });
      other.door.configure({ ...listenerSettings(listener), ticketKeys: keys });
      assert.equal(await resumed(other.port, shared), true);
      other.door.setTicketKeys(randomBytes(48));
      assert.equal(await resumed(other.port, shared), false);
      assert.equal(await resumed(one.port, shared), true);
    });
  }
});
