import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { before, after, describe, it, type TestContext } from "node:test";
import { connect as connectTls } from "node:tls";
import type { Config, ListenerConfig } from "../../src/config/config.ts";
import { createLabCertificates } from "../../src/lab/certificates.ts";
import { ListenError } from "../../src/listen/listen-error.ts";
import { systemClock } from "../../src/util/clock.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { portOf } from "../support/port-of.ts";
import { RawEnd } from "../support/raw-end.ts";
import { always, type RawConnection } from "../support/raw-member.ts";
import { startSite } from "../support/site.ts";
import { aListener, startRouter } from "../support/start-router.ts";
import { aFarm } from "../support/configs.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/temporary-folder.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/** What a member is told about the client: the head that it got, line by line. */
async function headOf(connection: RawConnection): Promise<string> {
  await connection.untilText("\r\n\r\n");
  return connection.text;
}

function on(path: string, mode = 0o660): Partial<ListenerConfig> {
  return { address: "", unix: { path, mode } };
}

function clientOf(t: TestContext, path: string): RawEnd {
  const socket = connect({ path, allowHalfOpen: true });
  t.after(() => socket.destroy());
  return new RawEnd(socket, "the client");
}

/** Why no router can listen there. */
async function refused(path: string): Promise<string> {
  const farm = aFarm({ health: null });
  const started = startRouter([farm], { listener: on(path) }).then(async (router) => router.close(0));
  const error: unknown = await started.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ListenError);
  return error.message;
}

describe("a listener on an address", () => {
  const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

  it("is reached by the address that it names, and by IPv6", { skip: !hasIpv6 && "no IPv6 here" }, async (t) => {
    const site = await startSite(t, { listener: { address: "::1" } });
    const socket = connect(site.router.port, "::1");
    t.after(() => socket.destroy());
    new RawEnd(socket, "the client").write(get);
    assert.match(await headOf(await site.member.connection()), /\r\nX-Forwarded-For: ::1\r\n/);
    await assert.rejects(once(connect(site.router.port, "127.0.0.1"), "connect"), /ECONNREFUSED/);
  });

  it("takes all of IPv6 and nothing else as ::", { skip: !hasIpv6 && "no IPv6 here" }, async (t) => {
    const site = await startSite(t, { members: [always(ok)], listener: { address: "::" } });
    const { port } = site.router;
    await assert.rejects(once(connect(port, "127.0.0.1"), "connect"), /ECONNREFUSED/);
    // So that both can have the same port.
    const other = await startSite(t, { members: [always(ok)], listener: { address: "0.0.0.0", port } });
    for (const host of ["::1", "127.0.0.1"]) {
      const client = new RawEnd(connect(port, host), "the client").write(get);
      await client.untilText("ok");
      client.socket.destroy();
    }
    assert.deepEqual([site.member.connections.length, other.member.connections.length], [1, 1]);
  });

  it("may be one of several with the same port", async (t) => {
    const site = await startSite(t, {
      members: [always(ok)],
      config: { listeners: [aListener(), aListener({ address: "127.0.0.2" })] },
    });
    const [first, second] = site.router.listeners;
    for (const [host, port] of [
      ["127.0.0.1", first?.port ?? 0],
      ["127.0.0.2", second?.port ?? 0],
    ] as const) {
      const client = new RawEnd(connect(port, host), "the client").write(get);
      await client.untilText("ok");
      client.socket.destroy();
    }
    assert.equal(site.member.connections.length > 0, true);
  });
});

describe("a listener on a Unix domain socket", () => {
  let folder: TemporaryFolder;
  before(async () => (folder = await temporaryFolder()));
  after(async () => folder.remove());

  let sockets = 0;
  const place = (): string => join(folder.path, `${(sockets += 1)}.sock`);
  it("serves requests, has its permissions, and leaves nothing behind", async (t) => {
    const path = place();
    const site = await startSite(t, { members: [always(ok)], listener: on(path, 0o606) });
    assert.equal(statSync(path).mode & 0o777, 0o606);
    assert.equal(existsSync(`${path}.new`), false);
    assert.match(await clientOf(t, path).write(get).untilText("ok"), /^HTTP\/1\.1 200/);
    await site.router.close(0);
    assert.equal(existsSync(path), false);
  });

  const forwarded: readonly [name: string, trusted: string[], sent: string, member: RegExp][] = [
    ["an address that it does not know", [], "", /\r\nX-Forwarded-For: unknown\r\nX-Forwarded-Proto: http\r\n/],
    ["no word of who is not trusted", ["10.0.0.0/8"], "192.0.2.7", /\r\nX-Forwarded-For: unknown\r\n/],
    ["what a trusted proxy says, as it is", ["unix"], "192.0.2.7, 10.0.0.1", /-For: 192\.0\.2\.7, 10\.0\.0\.1\r\n/],
  ];
  for (const [name, trusted, sent, expected] of forwarded) {
    it(`tells members ${name}`, async (t) => {
      const path = place();
      const config: Partial<Config> = { forwarded: { trusted, standard: true } };
      const site = await startSite(t, { listener: on(path), config });
      const line = sent === "" ? "" : `X-Forwarded-For: ${sent}\r\n`;
      clientOf(t, path).write(`GET / HTTP/1.1\r\nHost: a\r\n${line}\r\n`);
      const head = await headOf(await site.member.connection());
      assert.match(head, expected);
      assert.match(head, /\r\nForwarded: for=unknown;proto=http;host="a"\r\n/);
    });
  }

  it("takes other permissions and settings at a reload, and leaves when it is taken out", async (t) => {
    const path = place();
    const site = await startSite(t, { members: [always(ok)], listener: on(path, 0o600) });
    const client = clientOf(t, path);
    await client.write(get).untilText("ok");
    const { config } = site.router.control;
    const [listener] = config.listeners;
    assert.ok(listener !== undefined);
    const changed = { ...listener, unix: { path, mode: 0o666 }, redirect: { port: 443 } };
    await site.router.apply({ ...config, listeners: [changed] });
    assert.equal(statSync(path).mode & 0o777, 0o666);
    assert.match(await clientOf(t, path).write(get).untilText("\r\n\r\n"), /^HTTP\/1\.1 301/);
    client.clear();
    await client.write(get).untilText("ok");
    await site.router.apply({ ...config, listeners: [aListener()] });
    assert.equal(existsSync(path), false);
  });

  it("speaks TLS where it has a certificate, and ends what is unfinished when its grace is over", async (t) => {
    const path = place();
    const { listener } = await createLabCertificates({ servers: [], published: ["a.test"] }, systemClock);
    const tls = aListenerTls([aCertificate(listener)]);
    const clock = new FakeClock();
    const site = await startSite(t, { clock, listener: { ...on(path), tls } });
    const socket = connectTls({ path, rejectUnauthorized: false });
    t.after(() => socket.destroy());
    const secure = new RawEnd(socket, "the client").write(get);
    assert.match(await headOf(await site.member.connection()), /\r\nX-Forwarded-Proto: https\r\n/);
    const closed = site.router.close(1000);
    await clock.advance(1200);
    await secure.untilGone();
    await closed;
  });

  it("breaks a response off where the member's ends early", async (t) => {
    const path = place();
    const site = await startSite(t, { listener: on(path) });
    const unfinished = clientOf(t, path).write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc");
    await unfinished.untilText("abc");
    connection.socket.destroy();
    await unfinished.untilGone();
  });

  it("replaces the socket of a process that died", async (t) => {
    const path = place();
    const left = createServer();
    // What removes it at the end is the name that it was bound to.
    left.listen(`${path}.old`);
    await once(left, "listening");
    renameSync(`${path}.old`, path);
    left.close();
    await once(left, "close");
    assert.equal(existsSync(path), true);
    await startSite(t, { members: [always(ok)], listener: on(path) });
    assert.match(await clientOf(t, path).write(get).untilText("ok"), /^HTTP\/1\.1 200/);
  });

  it("leaves the socket of a living process alone", async (t) => {
    const path = place();
    const other = createServer((socket) => socket.on("error", () => undefined).end("other")).listen(path);
    t.after(() => other.close());
    await once(other, "listening");
    assert.match(await refused(path), /^unix:.*\.sock can't be listened on: another program listens there/);
    assert.equal(await clientOf(t, path).untilText("other"), "other");
  });

  it("leaves what is no socket alone", async () => {
    const path = place();
    writeFileSync(path, "precious");
    assert.match(await refused(path), /something else than a socket/);
    assert.equal(existsSync(path), true);
  });

  it("is refused where its folder does not exist", async () => {
    assert.match(await refused(join(folder.path, "none", "a.sock")), /its folder does not exist/);
  });

  it("does not remove the socket of whoever took its place", async (t) => {
    const path = place();
    const first = await startSite(t, { members: [always(ok)], listener: on(path) });
    rmSync(path);
    await startSite(t, { members: [always(ok)], listener: on(path) });
    await first.router.close(0);
    assert.match(await clientOf(t, path).write(get).untilText("ok"), /^HTTP\/1\.1 200/);
  });
});

describe("an address that overlaps with one of another process", () => {
  it("can't be had", async (t) => {
    const other = createServer().listen(0, "0.0.0.0");
    t.after(() => other.close());
    await once(other, "listening");
    const farm = aFarm({ health: null });
    await assert.rejects(startRouter([farm], { listener: { port: portOf(other) } }), /another program has the port/);
  });
});
