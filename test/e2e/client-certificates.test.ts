import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:http2";
import { before, describe, it, type TestContext } from "node:test";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import type { ClientCertificateConfig, ListenerTlsConfig } from "../../src/config/config.ts";
import { readCrls } from "../../src/config/crl.ts";
import { answerOf } from "../support/h2-site.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { makeCertificate, makeCrl, type MadeCertificate } from "../support/make-certificates.ts";
import type { RawConnection } from "../support/raw-member.ts";
import { startSite, type Site } from "../support/site.ts";
import { handshake } from "../support/start-door.ts";
import { aListener } from "../support/start-router.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const spoofed = ["X-ARR-ClientCert", "x-arr-clientcert", "X_ARR_ClientCert", "X-ARR_CLIENTCERT", "x_arr-clientCERT"];

async function request(socket: TLSSocket, host = "mail.test", fields = ""): Promise<string> {
  socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`);
  const [bytes]: Buffer[] = await once(socket, "data");
  return String(bytes);
}

/** What the member of a site was told in the fields that begin so. */
async function told(site: Site, name = "x.arr.clientcert"): Promise<string[]> {
  const connection: RawConnection = await site.member.connection();
  return [...connection.text.matchAll(new RegExp(`^${name}:[^\r]*`, "gim"))].map(([line]) => line);
}

const of = ({ certificate, key }: MadeCertificate): ConnectionOptions => ({ cert: certificate, key });
const base64 = ({ certificate }: MadeCertificate): string => new X509Certificate(certificate).raw.toString("base64");

/** Answers every request, and keeps what came. */
function answer(connection: RawConnection): void {
  let answered = 0;
  connection.socket.on("data", () => {
    for (const heads = connection.text.split("\r\n\r\n").length - 1; answered < heads; answered++) connection.write(ok);
  });
}

describe("a certificate of a client", () => {
  let ca: MadeCertificate;
  let server: MadeCertificate;
  let alice: MadeCertificate;
  let bob: MadeCertificate;
  let stranger: MadeCertificate;
  before(async () => {
    ca = await makeCertificate({ name: "Clients", ca: true });
    server = await makeCertificate({ name: "mail.test", names: ["mail.test", "portal.test"] });
    alice = await makeCertificate({ name: "alice", by: ca });
    bob = await makeCertificate({ name: "bob", by: ca });
    stranger = await makeCertificate({ name: "alice", by: await makeCertificate({ name: "Clients", ca: true }) });
  });

  const asking = (rest: Partial<ClientCertificateConfig> = {}): ClientCertificateConfig => ({
    ca: ca.certificate,
    require: true,
    hosts: null,
    header: "X-ARR-ClientCert",
    crl: null,
    ...rest,
  });
  const tlsOf = (clientCertificate: ClientCertificateConfig | null): ListenerTlsConfig =>
    aListenerTls([aCertificate(server)], { clientCertificate });

  async function start(t: TestContext, config: ClientCertificateConfig | null, clock?: FakeClock): Promise<Site> {
    const listener = { tls: tlsOf(config) };
    return startSite(t, { members: [answer], listener, ...(clock === undefined ? {} : { clock }) });
  }

  const refused = /^HTTP\/1\.1 403 [^]*X-Fairlead-Error: client-certificate-required\r\n/;

  it("is passed on in the field, as DER in Base64, and nothing that the client says itself", async (t) => {
    const site = await start(t, asking());
    const socket = await handshake(t, site.router.port, { servername: "mail.test", ...of(alice) });
    assert.match(
      await request(socket, "mail.test", spoofed.map((name) => `${name}: MII\r\n`).join("")),
      /^HTTP\/1\.1 200 /,
    );
    assert.deepEqual(await told(site), [`X-ARR-ClientCert: ${base64(alice)}`]);
  });

  for (const [name, options] of [
    ["missing", () => ({})],
    ["signed by another CA of the same name", () => of(stranger)],
    ["self-signed", () => of(server)],
  ] as const) {
    it(`that is ${name} is answered with 403 where one is required, and the connection ends`, async (t) => {
      const site = await start(t, asking());
      const socket = await handshake(t, site.router.port, { servername: "mail.test", ...options() });
      const closed = once(socket, "end");
      assert.match(await request(socket, "mail.test", "X-ARR-ClientCert: MII\r\n"), refused);
      await closed;
      assert.equal(site.member.connections.length, 0);
    });

    it(`that is ${name} is not passed on where none is required`, async (t) => {
      const site = await start(t, asking({ require: false }));
      const socket = await handshake(t, site.router.port, { servername: "mail.test", ...options() });
      assert.match(await request(socket, "mail.test", "X-ARR-ClientCert: MII\r\n"), /^HTTP\/1\.1 200 /);
      assert.deepEqual(await told(site), []);
    });
  }

  it("is asked for by the hosts alone that want it, and required whatever name the handshake was for", async (t) => {
    const site = await start(t, asking({ hosts: ["portal.test"] }));
    const asked = await handshake(t, site.router.port, { servername: "portal.test", ...of(alice) });
    assert.match(await request(asked, "portal.test"), /^HTTP\/1\.1 200 /);
    assert.deepEqual(await told(site), [`X-ARR-ClientCert: ${base64(alice)}`]);
    // This one has shown its certificate to nobody: it was not asked.
    for (const host of ["portal.test", "PORTAL.test.:443"]) {
      const other = await handshake(t, site.router.port, { servername: "mail.test", ...of(alice) });
      assert.match(await request(other), /^HTTP\/1\.1 200 /);
      assert.match(await request(other, host), refused);
    }
    const unnamed = await handshake(t, site.router.port, { ...of(alice) });
    assert.match(await request(unnamed, "portal.test"), refused);
  });

  it("is never taken from a request where nobody asks for one", async (t) => {
    const site = await start(t, null);
    const socket = await handshake(t, site.router.port, { servername: "mail.test", ...of(alice) });
    const fields = spoofed.map((name) => `${name}: MII\r\n`).join("");
    assert.match(await request(socket, "mail.test", fields), /^HTTP\/1\.1 200 /);
    assert.deepEqual(await told(site), []);
  });

  it("is in a field of another name, which no listener takes from a client", async (t) => {
    const listeners = [aListener(), aListener({ entry: 1, tls: tlsOf(asking({ header: "X-SSL-Cert" })) })];
    const site = await startSite(t, { members: [answer], config: { listeners } });
    const client = site.client().write("GET / HTTP/1.1\r\nHost: a\r\nX-ssl-CERT: MII\r\nA: b\r\nx-ssl-cert: x\r\n\r\n");
    await client.untilText("ok");
    assert.deepEqual(await told(site, "x-ssl-cert"), []);
    assert.deepEqual(await told(site, "A"), ["A: b"]);
  });

  it("is passed on, and nothing that the client says itself, from HTTP/2 too", async (t) => {
    const tls = { ...tlsOf(asking({ hosts: ["portal.test"] })), http2: { http1Hosts: [] } };
    const site = await startSite(t, { members: [answer], listener: { tls } });
    const ask = async (options: ConnectionOptions): Promise<number> => {
      const session = connect(`https://127.0.0.1:${site.router.port}`, { rejectUnauthorized: false, ...options });
      t.after(() => session.destroy());
      const spoofs = Object.fromEntries(spoofed.map((name) => [name.toLowerCase(), "MII"]));
      return (await answerOf(session.request({ ":authority": "portal.test", ...spoofs }))).status;
    };
    assert.equal(await ask({ servername: "portal.test", ...of(alice) }), 200);
    assert.deepEqual(await told(site), [`X-ARR-ClientCert: ${base64(alice)}`]);
    assert.equal(await ask({ servername: "portal.test" }), 403);
    // The client is to come again under the right name, and will be asked.
    assert.equal(await ask({ servername: "mail.test", ...of(alice) }), 421);
  });

  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    it(`stays with a session that is resumed, and so does its absence: ${version}`, async (t) => {
      const site = await start(t, asking());
      const options = { servername: "mail.test", minVersion: version, maxVersion: version };
      for (const [client, expected] of [
        [of(alice), /^HTTP\/1\.1 200 /],
        [{}, refused],
        [of(stranger), refused],
      ] as const) {
        const first = await handshake(t, site.router.port, { ...options, ...client });
        let session = first.getSession();
        first.on("session", (given) => (session = given));
        assert.match(await request(first), expected);
        assert.ok(session);
        const again = await handshake(t, site.router.port, { ...options, session });
        assert.equal(again.isSessionReused(), true);
        assert.match(await request(again), expected);
      }
      assert.deepEqual(
        await told(site),
        Array.from({ length: 2 }, () => `X-ARR-ClientCert: ${base64(alice)}`),
      );
    });
  }

  it("does not outlive itself in a session", async (t) => {
    const site = await start(t, asking(), new FakeClock(Date.UTC(2050, 0)));
    const socket = await handshake(t, site.router.port, { servername: "mail.test", ...of(alice) });
    assert.match(await request(socket), refused);
  });

  it("that was revoked is refused, and all are where the list is out of date", async (t) => {
    for (const [until, ofBob] of [
      [2044, /^HTTP\/1\.1 200 /],
      [2025, refused],
    ] as const) {
      const crl = await makeCrl(ca, [alice], new Date(Date.UTC(until, 0)));
      const site = await start(t, asking({ crl: readCrls(crl)?.pem ?? "" }));
      const revoked = await handshake(t, site.router.port, { servername: "mail.test", ...of(alice) });
      assert.match(await request(revoked), refused);
      const other = await handshake(t, site.router.port, { servername: "mail.test", ...of(bob) });
      assert.match(await request(other), ofBob);
    }
  });
});
