import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { ListenerConfig, ListenerTlsConfig } from "../../src/config/config.ts";
import { createLabCertificates } from "../../src/lab/certificates.ts";
import { systemClock } from "../../src/util/clock.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { portOf } from "../support/port-of.ts";
import { proxyV2, withChecksum } from "../support/proxy-headers.ts";
import { quiet } from "../support/quiet.ts";
import { RawEnd } from "../support/raw-end.ts";
import type { RawConnection } from "../support/raw-member.ts";
import { startSite } from "../support/site.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const v1 = Buffer.from("PROXY TCP4 192.0.2.7 198.51.100.1 56789 443\r\n");

const balancers: Partial<ListenerConfig> = { proxyProtocol: ["127.0.0.1/32"] };

/** Answers every request of all connections to come, and keeps the heads. */
function answering(heads: string[]): (connection: RawConnection) => void {
  return ({ socket }) => {
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end !== -1; end = text.indexOf("\r\n\r\n")) {
        heads.push(text.slice(0, end + 4));
        text = text.slice(end + 4);
        socket.write(ok);
      }
    });
  };
}

function clientIn(head: string | undefined): string | undefined {
  return /^X-Forwarded-For: (.*)\r$/m.exec(head ?? "")?.[1];
}

/** The first bytes that a TLS client sends. */
async function recordedHello(): Promise<Buffer> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, "connection");
  const client = connectTls({ port: portOf(server), host: "127.0.0.1" }).on("error", () => undefined);
  const [socket]: Socket[] = await accepted;
  assert.ok(socket !== undefined);
  const [hello]: Buffer[] = await once(socket, "data");
  client.destroy();
  socket.destroy();
  server.close();
  return hello ?? Buffer.alloc(0);
}

/** The header, then a handshake on the same connection. */
async function secure(t: TestContext, port: number, header: Buffer): Promise<TLSSocket> {
  const raw = connectTcp(port, "127.0.0.1");
  await once(raw, "connect");
  raw.write(header);
  const socket = connectTls({ socket: raw, rejectUnauthorized: false, servername: "a.test" });
  t.after(() => socket.on("error", () => undefined).destroy());
  await once(socket, "secureConnect");
  return socket;
}

describe("a listener behind balancers", () => {
  const headers: readonly (readonly [string, Buffer, string])[] = [
    ["version 1", v1, "192.0.2.7"],
    ["version 1, IPv6", Buffer.from("PROXY TCP6 2001:db8::7 ::1 1 2\r\n"), "2001:db8::7"],
    ["version 1, unknown", Buffer.from("PROXY UNKNOWN\r\n"), "127.0.0.1"],
    ["version 2", proxyV2(), "192.0.2.7"],
    ["version 2 with a checksum", withChecksum({ fields: [[0x20, Buffer.alloc(300)]] }), "192.0.2.7"],
    [
      "version 2 for the balancer itself",
      proxyV2({ command: 0x20, family: 0, addresses: Buffer.alloc(0) }),
      "127.0.0.1",
    ],
  ];
  for (const [name, header, address] of headers) {
    it(`takes the client's address from the header: ${name}`, async (t) => {
      const heads: string[] = [];
      const site = await startSite(t, { members: [answering(heads)], listener: balancers });
      const client = site.client().write(header).write(get);
      await client.untilText("ok");
      client.clear();
      await client.write(get).untilText("ok");
      assert.deepEqual(heads.map(clientIn), [address, address]);
    });
  }

  it("believes what clients forward where their own address is trusted", async (t) => {
    const heads: string[] = [];
    const config = { forwarded: { trusted: ["192.0.2.0/24"], standard: false } };
    const site = await startSite(t, { members: [answering(heads)], listener: balancers, config });
    const request = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n";
    await site.client().write(v1).write(request).untilText("ok");
    await site.client().write("PROXY UNKNOWN\r\n").write(request).untilText("ok");
    assert.deepEqual(heads.map(clientIn), ["203.0.113.9, 192.0.2.7", "127.0.0.1"]);
  });

  it("takes nothing without a header", async (t) => {
    const site = await startSite(t, { listener: balancers });
    for (const bytes of [get, `\r\n${get}`, "PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n", "\x16\x03\x01"]) {
      const client = site.client().write(bytes);
      await client.untilGone();
      assert.equal(client.text, "");
    }
    assert.equal(site.member.connections.length, 0);
  });

  it("takes nothing from elsewhere, with a header or without", async (t) => {
    const site = await startSite(t, { listener: { proxyProtocol: ["10.0.0.0/8", "::1/128"] } });
    for (const bytes of [Buffer.concat([v1, Buffer.from(get)]), Buffer.from(get)]) {
      const client = site.client().write(bytes);
      await client.untilGone();
      assert.equal(client.text, "");
    }
    assert.equal(site.member.connections.length, 0);
  });

  it("closes where the balancer sends no more before the header is whole", async (t) => {
    const site = await startSite(t, { listener: balancers });
    const client = site.client().write(v1.subarray(0, 20));
    client.socket.end();
    await client.untilGone();
  });

  for (const [name, header] of [
    ["version 1", v1],
    ["version 2", proxyV2()],
  ] as const) {
    it(`waits for the header no longer than for a request's: ${name}`, async (t) => {
      const clock = new FakeClock();
      const site = await startSite(t, { clock, listener: { ...balancers, headerTimeoutMs: 5000 } });
      const client = site.client();
      await once(client.socket, "connect");
      await quiet();
      for (let second = 0; second < 5; second += 1) {
        assert.equal(client.ended || client.closed, false, `after ${second} s`);
        client.write(header.subarray(second, second + 1));
        await quiet();
        await clock.advance(1000);
      }
      await clock.advance(200);
      await client.untilGone();
    });
  }

  it("waits no longer for headers when it closes", async (t) => {
    const site = await startSite(t, { listener: balancers });
    const client = site.client().write(v1.subarray(0, 20));
    await once(client.socket, "connect");
    await quiet();
    await site.router.close(60_000);
    await client.untilGone();
  });

  for (const [name, header] of [
    ["version 1", v1],
    ["version 2", proxyV2()],
  ] as const) {
    it(`loses no byte wherever the bytes are cut: ${name}`, async (t) => {
      const heads: string[] = [];
      const site = await startSite(t, { members: [answering(heads)], listener: balancers });
      const bytes = Buffer.concat([header, Buffer.from(get)]);
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        const client = site.client();
        await once(client.socket, "connect");
        client.write(bytes.subarray(0, cut));
        await quiet();
        client.write(bytes.subarray(cut));
        await client.untilText("ok");
        client.close();
      }
      assert.equal(heads.length, bytes.length + 1);
      assert.deepEqual([...new Set(heads.map(clientIn))], ["192.0.2.7"]);
    });
  }

  it("passes on everything behind the header, however much came with it", async (t) => {
    const site = await startSite(t, { listener: balancers });
    const body = Buffer.alloc(300_000, "abcdefg");
    const head = Buffer.from(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`);
    site.client().write(Buffer.concat([v1, head, body]));
    const connection = await site.member.connection();
    await connection.until(({ total }) => total > body.length);
    await connection.until(({ received }) => received.subarray(-body.length).equals(body));
  });
});

describe("a listener with TLS behind balancers", () => {
  let tls: ListenerTlsConfig;
  before(async () => {
    const { listener } = await createLabCertificates({ servers: [], published: ["a.test"] }, systemClock);
    tls = aListenerTls([aCertificate(listener)]);
  });

  for (const [name, header] of [
    ["version 1", v1],
    ["version 2", proxyV2()],
  ] as const) {
    it(`takes the client's address from the header before the handshake: ${name}`, async (t) => {
      const heads: string[] = [];
      const site = await startSite(t, { members: [answering(heads)], listener: { ...balancers, tls } });
      const socket = new RawEnd(await secure(t, site.router.port, header), "the client");
      await socket.write(get).untilText("ok");
      assert.equal(clientIn(heads[0]), "192.0.2.7");
      assert.match(heads[0] ?? "", /\r\nX-Forwarded-Proto: https\r\n/);
    });
  }

  it("loses no byte wherever the header and the handshake are cut", async (t) => {
    const hello = await recordedHello();
    const site = await startSite(t, { listener: { ...balancers, tls } });
    for (const header of [v1, proxyV2()]) {
      const bytes = Buffer.concat([header, hello]);
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        const client = site.client();
        await once(client.socket, "connect");
        client.write(bytes.subarray(0, cut));
        await quiet();
        client.write(bytes.subarray(cut));
        // A handshake record: the server's hello.
        await client.until(({ received }) => received.length > 5);
        assert.equal(client.received[0], 0x16, `cut at ${cut}`);
        client.close();
      }
    }
  });

  for (const [name, header, proxyProtocol] of [
    ["behind a balancer", v1, ["127.0.0.1/32"]],
    ["without one", Buffer.alloc(0), null],
  ] as const) {
    it(`cuts a handshake that comes a byte at a time, ${name}`, async (t) => {
      const clock = new FakeClock();
      const hello = await recordedHello();
      const site = await startSite(t, { clock, listener: { proxyProtocol, tls, headerTimeoutMs: 5000 } });
      const client = site.client().write(header);
      await once(client.socket, "connect");
      await quiet();
      for (let second = 0; second < 5; second += 1) {
        assert.equal(client.ended || client.closed, false, `after ${second} s`);
        client.write(hello.subarray(second, second + 1));
        await quiet();
        await clock.advance(1000);
      }
      await clock.advance(200);
      await client.untilGone();
    });
  }

  it("takes no handshake without a header", async (t) => {
    const site = await startSite(t, { listener: { ...balancers, tls } });
    const socket = connectTls({ port: site.router.port, host: "127.0.0.1", rejectUnauthorized: false });
    t.after(() => socket.destroy());
    await assert.rejects(once(socket, "secureConnect"));
  });
});

describe("a listener on a Unix domain socket behind a balancer", () => {
  const folders: (() => Promise<void>)[] = [];
  after(async () => Promise.all(folders.map(async (remove) => remove())));

  it("takes the client's address from the header", async (t) => {
    const folder = await temporaryFolder();
    folders.push(folder.remove);
    const path = join(folder.path, "a.sock");
    const heads: string[] = [];
    const listener = { address: "", unix: { path, mode: 0o600 }, proxyProtocol: ["unix"] };
    const site = await startSite(t, { members: [answering(heads)], listener });
    for (const header of [proxyV2(), Buffer.from("PROXY UNKNOWN\r\n")]) {
      const socket = connectTcp({ path });
      await new RawEnd(socket, "the client").write(header).write(get).untilText("ok");
      socket.destroy();
    }
    assert.deepEqual(heads.map(clientIn), ["192.0.2.7", "unknown"]);
    assert.equal(site.member.connections.length > 0, true);
  });
});
