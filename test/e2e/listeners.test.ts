import assert from "node:assert/strict";
import { createServer } from "node:net";
import { once } from "node:events";
import { before, describe, it } from "node:test";
import type { TLSSocket } from "node:tls";
import type { CertificateConfig, ListenerTlsConfig } from "../../src/config/config.ts";
import { createLabCertificates } from "../../src/lab/certificates.ts";
import { ListenError } from "../../src/listen/listen-error.ts";
import { systemClock } from "../../src/util/clock.ts";
import { aConfig, aFarm } from "../support/configs.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { portOf } from "../support/port-of.ts";
import { quiet } from "../support/quiet.ts";
import { always, RawMember } from "../support/raw-member.ts";
import { handshake, listenerSettings, startDoor } from "../support/start-door.ts";
import { startSite } from "../support/site.ts";
import { aListener, RawClient, startRouterWith } from "../support/start-router.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

async function certificateFor(...names: readonly string[]): Promise<CertificateConfig> {
  const { listener } = await createLabCertificates({ servers: [], published: names }, systemClock);
  return aCertificate(listener);
}

async function read(socket: TLSSocket): Promise<string> {
  let text = "";
  for await (const bytes of socket) text += String(bytes);
  return text;
}

describe("a listener with TLS", () => {
  let certificates: ListenerTlsConfig["certificates"];
  before(async () => {
    certificates = [
      await certificateFor("first.test"),
      await certificateFor("*.wild.test"),
      await certificateFor("exact.wild.test", "other.test"),
    ];
  });

  it("chooses the certificate by the name that is asked for: exact, then wildcard for one label, then the first", async (t) => {
    const site = await startSite(t, { listener: { tls: aListenerTls(certificates) } });
    const chosen = async (servername: string): Promise<string> => {
      const socket = await handshake(t, site.router.port, { servername });
      return String(socket.getPeerCertificate().subject.CN);
    };
    assert.equal(await chosen("first.test"), "first.test");
    assert.equal(await chosen("a.wild.test"), "*.wild.test");
    assert.equal(await chosen("EXACT.wild.test"), "exact.wild.test");
    assert.equal(await chosen("other.test"), "exact.wild.test");
    assert.equal(await chosen("a.b.wild.test"), "first.test");
    assert.equal(await chosen("wild.test"), "first.test");
    assert.equal(await chosen("unknown"), "first.test");
    assert.equal(await chosen(""), "first.test");
  });

  it("tells members that the client came by https, and passes half-closes on", async (t) => {
    const site = await startSite(t, { listener: { tls: aListenerTls(certificates) } });
    const socket = await handshake(t, site.router.port, {
      servername: "first.test",
      ALPNProtocols: ["h2", "http/1.1"],
    });
    assert.equal(socket.alpnProtocol, "http/1.1");
    socket.end(get);
    const connection = await site.member.connection();
    await connection.until(({ ended }) => ended);
    assert.match(connection.text, /\r\nX-Forwarded-Proto: https\r\n/);
    connection.write(ok);
    assert.equal(await read(socket), ok.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
  });

  for (const servername of ["first.test", ""]) {
    it(`refuses versions below its own, ${servername === "" ? "without a name" : "with a name"}`, async (t) => {
      const site = await startSite(t, { listener: { tls: aListenerTls(certificates, { minVersion: "TLSv1.3" }) } });
      const socket = await handshake(t, site.router.port, { servername });
      assert.equal(socket.getProtocol(), "TLSv1.3");
      await assert.rejects(handshake(t, site.router.port, { servername, maxVersion: "TLSv1.2" }), /protocol version/);
    });
  }

  it("takes no renegotiation", async (t) => {
    const site = await startSite(t, { listener: { tls: aListenerTls(certificates) } });
    const socket = await handshake(t, site.router.port, { servername: "first.test", maxVersion: "TLSv1.2" });
    const refused = await new Promise<Error | null>((resolve) => {
      socket.once("error", resolve);
      socket.renegotiate({}, resolve);
    });
    assert.match(String(refused), /renegotiation/i);
  });

  it("takes another configuration for the connections that come, and goes on with those that are there", async (t) => {
    const listener = aListener({ tls: aListenerTls(certificates) });
    const { door, port } = await startDoor(t, listener);
    const earlier = await handshake(t, port, { servername: "first.test" });
    const renewed = await certificateFor("first.test");
    door.configure(listenerSettings({ ...listener, tls: aListenerTls([renewed], { minVersion: "TLSv1.3" }) }));
    for (const servername of ["first.test", ""]) {
      const later = await handshake(t, port, { servername });
      assert.equal(later.getPeerX509Certificate()?.toString().trim(), renewed.pem?.certificate.trim());
      assert.equal(later.getProtocol(), "TLSv1.3");
    }
    earlier.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const [answer] = await once(earlier, "data");
    assert.match(String(answer), /^HTTP\/1\.1 301 /);
    door.configure(listenerSettings(aListener()));
    const plain = new RawClient(port);
    t.after(() => plain.close());
    assert.match(await plain.write(get).untilText("\r\n\r\n"), /^HTTP\/1\.1 301 /);
  });

  it("waits no longer for a handshake whose client sends no more", async (t) => {
    const site = await startSite(t, { listener: { tls: aListenerTls(certificates) } });
    const client = site.client().write(Buffer.from("1603010200", "hex"));
    client.socket.end();
    await client.untilGone();
  });

  it("answers nothing to clear text", async (t) => {
    const site = await startSite(t, { listener: { tls: aListenerTls(certificates) } });
    const client = site.client().write(get);
    await client.untilEnd();
    assert.ok(!client.text.includes("HTTP/"));
    assert.equal(site.member.connections.length, 0);
  });

  it("breaks a response off without a proper end where the member's ends early", async (t) => {
    const site = await startSite(t, { listener: { tls: aListenerTls(certificates) } });
    const socket = await handshake(t, site.router.port, { servername: "first.test" });
    let text = "";
    socket.on("data", (bytes) => (text += String(bytes)));
    socket.on("error", () => undefined);
    socket.write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    while (!text.includes("abc")) await once(socket, "data");
    connection.socket.destroy();
    await once(socket, "close");
    assert.ok(!text.includes("0\r\n\r\n"));
  });
});

describe("a listener that redirects", () => {
  const cases: readonly [name: string, port: number, request: string, status: number, location: string | null][] = [
    [
      "GET",
      443,
      "GET /owa/?a=%20b HTTP/1.1\r\nHost: mail.example.test:80\r\n\r\n",
      301,
      "https://mail.example.test/owa/?a=%20b",
    ],
    ["HEAD", 8443, "HEAD / HTTP/1.1\r\nHost: Mail.example.test\r\n\r\n", 301, "https://mail.example.test:8443/"],
    ["POST", 443, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 308, "https://a/x"],
    ["OPTIONS *", 443, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 308, "https://a/"],
    ["an absolute target", 443, "GET http://b.test/x HTTP/1.1\r\nHost: a\r\n\r\n", 301, "https://b.test/x"],
    ["an address", 443, "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 301, "https://[::1]/"],
    [
      "a path that begins with two slashes",
      443,
      "GET //evil.test/ HTTP/1.1\r\nHost: a\r\n\r\n",
      301,
      "https://a//evil.test/",
    ],
    ["a Host that is none", 443, "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", 400, null],
    ["CONNECT", 443, "CONNECT evil.test:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501, null],
  ];
  for (const [name, port, request, status, location] of cases) {
    it(`answers ${name} with ${status}`, async (t) => {
      const site = await startSite(t, { listener: { redirect: { port } } });
      const text = await site.client().write(request).untilText("\r\n\r\n");
      assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.equal(/\r\nLocation: (.*)\r\n/.exec(text)?.[1] ?? null, location);
      assert.equal(site.member.connections.length, 0);
    });
  }

  it("goes on with the connection, but not where a body is still to come", async (t) => {
    const site = await startSite(t, { listener: { redirect: { port: 443 } } });
    const client = site.client().write(get.repeat(2));
    await client.until(({ text }) => text.split("HTTP/1.1 301").length === 3);
    client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
    assert.match(await client.untilEnd(), /HTTP\/1\.1 308 [^]*Connection: close\r\n/);
  });
});

describe("a listener that closes", () => {
  it("takes no more connections, ends idle ones at once and lets running requests finish", async (t) => {
    const site = await startSite(t);
    const idle = site.client();
    const started = site.client().write("GET ");
    const waiting = site.client().write(get + get);
    const responding = site.client().write(get);
    await site.member.connection(1);
    const connections = site.member.connections;
    for (const connection of connections) await connection.untilText("\r\n\r\n");
    connections[1]!.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
    await responding.untilText(/o$/);
    await quiet();
    const closed = site.router.close(60_000);
    await idle.untilEnd();
    await started.untilEnd();
    idle.close();
    started.close();
    await assert.rejects(once(new RawClient(site.router.port).socket, "connect"), /ECONNREFUSED/);
    connections[0]!.write(ok);
    connections[1]!.write("k");
    assert.match(await waiting.untilEnd(), /^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n\r\nok$/);
    assert.match(await responding.untilEnd(), /ok$/);
    waiting.close();
    responding.close();
    await closed;
    for (const connection of connections) await connection.untilGone();
  });

  it("breaks off what is not finished when its grace is over", async (t) => {
    const clock = new FakeClock();
    const site = await startSite(t, { clock });
    const client = site.client().write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    const closed = site.router.close(1000);
    await clock.advance(900);
    assert.equal(client.closed, false);
    await clock.advance(200);
    await client.until(({ closed: gone, ended }) => gone || ended);
    await connection.untilGone();
    await closed;
    assert.equal(clock.pending, 0);
  });
});

describe("a port that can't be had", () => {
  it("is named, and nothing stays bound", async (t) => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const free = createServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    const [taken, available] = [portOf(other), portOf(free)];
    free.close();
    await once(free, "close");
    t.after(() => other.close());
    const member = await RawMember.start("m1", always(ok));
    t.after(() => member.close());
    const farm = aFarm({ health: null, members: [member.config] });
    const listeners = [aListener({ port: available }), aListener({ port: taken })];
    await assert.rejects(startRouterWith(aConfig([farm], { listeners })), (error) => {
      assert.ok(error instanceof ListenError);
      assert.equal(error.listener.port, taken);
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${taken} .*another program has the port`));
      return true;
    });
    const again = createServer().listen(available, "127.0.0.1");
    await once(again, "listening");
    again.close();
  });
});
