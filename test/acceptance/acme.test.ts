import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { connect, type PeerCertificate, type TLSSocket } from "node:tls";
import { stringify } from "yaml";
import { freePort } from "../support/free-port.ts";
import { startPebble, type Pebble, type PebbleOptions } from "../support/pebble.ts";
import { fairlead, Program } from "../support/program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const names = ["mail.example.test", "autodiscover.example.test"];

interface Site {
  readonly pebble: Pebble;
  readonly folder: string;
  readonly tlsPort: number;
  /** `fairlead run`, with `acme` changed as given. */
  run(acme?: object, rest?: object): Promise<Program>;
  /** A client that trusts the authority and asks for a name. */
  open(name?: string): Promise<TLSSocket>;
}

/** null = pebble is not installed. */
async function prepare(t: TestContext, options: Partial<PebbleOptions> = {}): Promise<Site | null> {
  const { path: folder, remove } = await temporaryFolder();
  t.after(remove);
  const [httpPort, tlsPort] = [await freePort(), await freePort()];
  const pebble = await startPebble(t, { httpPort, tlsPort, ...options });
  if (pebble === null) {
    t.skip("pebble is not installed (apt-get install pebble)");
    return null;
  }
  const ca = await pebble.root();
  const document = {
    acme: { email: "admin@example.test", directory: pebble.directory, agreeToTerms: true, ca: pebble.caFile },
    listen: [
      { address: "127.0.0.1", port: tlsPort, certificates: [{ acme: names }] },
      { address: "127.0.0.1", port: httpPort, redirect: "https" },
    ],
    servers: { a: "http://127.0.0.1:1" },
    farms: { a: { servers: ["a"], health: "off" } },
    routes: [{ farm: "a" }],
    admin: { port: 0 },
  };
  return {
    pebble,
    folder,
    tlsPort,
    async run(acme = {}, rest = {}) {
      const written = { ...document, acme: { ...document.acme, ...acme }, ...rest };
      await writeFile(join(folder, "fairlead.yaml"), stringify(written));
      const program = new Program(["run"], { folder });
      t.after(() => program.kill());
      await program.untilOutput(/"event":"router.started"/);
      return program;
    },
    async open(servername = names[0] ?? "") {
      const socket = connect({ port: tlsPort, host: "127.0.0.1", servername, ca });
      t.after(() => socket.destroy());
      await once(socket, "secureConnect");
      return socket.on("error", () => undefined);
    },
  };
}

/** What a client is shown that trusts nobody. */
async function shown(port: number): Promise<PeerCertificate> {
  const socket = connect({ port, host: "127.0.0.1", servername: names[0], rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const certificate = socket.getPeerCertificate();
  socket.destroy();
  return certificate;
}

async function ask(socket: TLSSocket): Promise<string> {
  socket.write("GET / HTTP/1.1\r\nHost: mail.example.test\r\n\r\n");
  const [bytes]: unknown[] = await once(socket, "data");
  return String(bytes);
}

describe("certificates by ACME", { timeout: 170_000 }, () => {
  for (const [challenge, workers] of [
    ["http-01", 0],
    ["tls-alpn-01", 0],
    ["http-01", 2],
    ["tls-alpn-01", 2],
  ] as const) {
    it(`are got by ${challenge} and served, with workers: ${workers}`, async (t) => {
      const site = await prepare(t);
      if (site === null) return;
      const program = await site.run({ challenge }, { workers });
      await program.untilOutput(/"event":"acme\.issued"/);
      for (const name of names) {
        const socket = await until(() => site.open(name).catch(() => null));
        assert.match(await ask(socket), /^HTTP\/1\.1 50[23] /);
      }
      assert.doesNotMatch(program.output + program.errors, /PRIVATE KEY/);
      const [, url = ""] = await program.untilOutput(/"event":"admin\.bound","url":"([^"]+)"/);
      const status = await (await fetch(`${url}/api/v1/acme`)).text();
      assert.match(status, /^\[\{"names":\["mail[^]*"key":"ecdsa","notAfter":"\d[^]*"problem":null,"nextTry":"\d/);
    });
  }

  it("are renewed in time, without disturbing a connection", async (t) => {
    const site = await prepare(t, { validitySeconds: 7 });
    if (site === null) return;
    const program = await site.run();
    const first = await until(() => site.open().catch(() => null));
    const { serialNumber } = first.getPeerCertificate();
    await program.untilOutput(/"event":"acme\.issued"[^]*"event":"acme\.issued"/);
    const second = await until(async () => {
      const socket = await site.open().catch(() => null);
      return socket !== null && socket.getPeerCertificate().serialNumber !== serialNumber ? socket : null;
    });
    assert.match(await ask(second), /^HTTP\/1\.1 50[23] /);
    assert.match(await ask(first), /^HTTP\/1\.1 50[23] /);
    assert.doesNotMatch(program.output, /"event":"acme\.failed"/);
  });

  it("are there again after a restart, without the authority", async (t) => {
    const site = await prepare(t);
    if (site === null) return;
    const before = await site.run();
    await before.untilOutput(/"event":"acme\.issued"/);
    const { serialNumber } = (await until(() => site.open().catch(() => null))).getPeerCertificate();
    await before.kill();
    await site.pebble.stop();
    const { errors, output } = await site.run();
    assert.equal((await site.open()).getPeerCertificate().serialNumber, serialNumber);
    assert.equal(errors, "");
    assert.doesNotMatch(output, /"event":"acme\./);
  });

  it("stand in for themselves until the authority can reach the router, and the log says why it could not", async (t) => {
    const site = await prepare(t, { httpPort: await freePort() });
    if (site === null) return;
    const program = await site.run({ challenge: "http-01" });
    const [failed] = await program.untilOutput(/\{[^\n]*"event":"acme\.failed"[^\n]*\}/);
    assert.match(failed, /"level":"error"/);
    assert.match(failed, /"names":"mail\.example\.test, autodiscover\.example\.test"/);
    assert.match(failed, /"problem":"(?:mail|autodiscover)\.example\.test: .*(?:refused|connect).* \(\w+\)"/i);
    assert.match(program.errors, /warning .*no certificate for mail\.example\.test, .* has been issued yet/);
    const { subject, issuer, subjectaltname } = await shown(site.tlsPort);
    assert.deepEqual(subject, issuer);
    assert.equal(subjectaltname, names.map((name) => `DNS:${name}`).join(", "));
    const { code, errors } = await fairlead(["check"], { folder: site.folder });
    assert.equal(code, 0);
    assert.match(errors, /fairlead\.yaml:\d+:\d+: listen\.0\.certificates\.0: no certificate for .* issued yet/);
  });

  it("need what the authority asks for: an external account binding", async (t) => {
    const hmacKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    const site = await prepare(t, { eab: { kid: hmacKey } });
    if (site === null) return;
    await writeFile(join(site.folder, "hmac"), `${hmacKey}\n`);
    const program = await site.run({ eab: { keyId: "kid", hmacKeyFile: "hmac" } });
    await program.untilOutput(/"event":"acme\.issued"/);
    assert.doesNotMatch(program.output + program.errors, new RegExp(hmacKey));
  });
});
