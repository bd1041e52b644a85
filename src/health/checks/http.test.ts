import assert from "node:assert/strict";
import { once } from "node:events";
import { type Server, type Socket, createServer } from "node:net";
import { afterEach, describe, it } from "node:test";
import { type TLSSocket, type TlsOptions, createServer as createTlsServer } from "node:tls";
import { aHealth, aMember, aMemberTls } from "../../../test/support/configs.ts";
import { memberCertificate, testCa } from "../../../test/support/member-certificate.ts";
import { portOf } from "../../../test/support/port-of.ts";
import type { HealthConfig, MemberConfig, MemberTlsConfig } from "../../config/farm-config.ts";
import { systemClock } from "../../util/clock.ts";
import type { HealthResult } from "../health-result.ts";
import { checkHttp } from "./http.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n200 OK<br>";

const answer = (text: string) => (socket: Socket) => socket.once("data", () => socket.end(text));

describe("checkHttp", () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  let port = 0;

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  async function listen(server: Server): Promise<void> {
    servers.push(server);
    server.on("connection", (socket: Socket) => sockets.push(socket.on("error", () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = portOf(server);
  }

  /** A member that does `act` with every connection. */
  async function member(act: (socket: Socket) => void): Promise<void> {
    await listen(createServer(act));
  }

  async function tlsMember(options: TlsOptions, act: (socket: TLSSocket) => void): Promise<void> {
    const { cert, key } = memberCertificate;
    const server = createTlsServer({ cert, key, ...options }, (socket) => act(socket.on("error", () => undefined)));
    await listen(server.on("tlsClientError", () => undefined));
  }

  async function check(
    health: Partial<HealthConfig> = {},
    tls: Partial<MemberTlsConfig> | null = null,
  ): Promise<HealthResult> {
    const config: MemberConfig = { ...aMember("cas1", "127.0.0.1", port), protocol: tls === null ? "http" : "https" };
    const context = { clock: systemClock, signal: new AbortController().signal };
    return checkHttp(config, aHealth(health), aMemberTls(tls ?? {}), context);
  }

  it("asks one request with the published name and closes the connection", async () => {
    let asked = "";
    const closed: Promise<unknown>[] = [];
    await member((socket) => {
      closed.push(once(socket, "close"));
      socket.on("data", (bytes) => {
        asked += bytes.toString("latin1");
        socket.write(ok);
      });
    });
    const result = await check();
    assert.deepEqual([result.ok, result.status, result.came], [true, 200, "200 OK"]);
    assert.equal(result.asked, `GET http://127.0.0.1:${port}/owa/HealthCheck.htm (Host mail.example.test)`);
    await Promise.all(closed);
    assert.equal(closed.length, 1);
    const [first, ...fields] = asked.split("\r\n");
    assert.equal(first, "GET /owa/HealthCheck.htm HTTP/1.1");
    assert.ok(fields.includes("Host: mail.example.test"));
    assert.ok(fields.includes("Connection: close"));
    assert.ok(fields.some((field) => field.startsWith("User-Agent: fairlead-health/")));
    assert.ok(asked.endsWith("\r\n\r\n"));
  });

  it("fails on a wrong status", async () => {
    await member(answer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"));
    const result = await check();
    assert.deepEqual([result.ok, result.status, result.came], [false, 503, "503 Service Unavailable"]);
  });

  it("fails where the body lacks the text", async () => {
    await member(answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsorry"));
    assert.equal((await check()).came, '200 OK, but the body lacks "200 OK"');
  });

  it("fails where the connection is refused", async () => {
    await member(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const result = await check();
    assert.deepEqual([result.ok, result.status, result.came], [false, null, "connection refused"]);
  });

  it("fails where the connection is reset", async () => {
    await member((socket) => socket.once("data", () => socket.resetAndDestroy()));
    assert.equal((await check()).came, "connection reset");
  });

  it("fails where the connection is closed without an answer", async () => {
    await member((socket) => socket.once("data", () => socket.end()));
    assert.equal((await check()).came, "connection closed without an answer");
  });

  it("fails on garbage", async () => {
    await member(answer("\u0000\u0001garbage"));
    assert.equal((await check()).came, "the answer is not HTTP");
  });

  it("fails after the time-out where no answer comes, and closes the connection", async () => {
    const closed: Promise<unknown>[] = [];
    await member((socket) => closed.push(once(socket.resume(), "close")));
    const result = await check({ timeoutMs: 50 });
    assert.deepEqual([result.ok, result.came], [false, "no answer within 0.05 s"]);
    await Promise.all(closed);
    assert.equal(closed.length, 1);
  });

  it("fails after the time-out where the answer trickles", async () => {
    await member((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
      const trickle = setInterval(() => socket.write("."), 5);
      socket.on("close", () => clearInterval(trickle));
    });
    assert.equal((await check({ timeoutMs: 100 })).came, "no answer within 0.1 s");
  });

  it("fails where the TLS handshake is never answered", async () => {
    await member((socket) => socket.resume());
    assert.equal((await check({ timeoutMs: 50 }, {})).came, "no connection within 0.05 s");
  });

  it("fails where no TLS is spoken", async () => {
    await member(answer("HTTP/1.1 400 Bad Request\r\n\r\n"));
    assert.equal((await check({}, {})).came, "no TLS is spoken on this port");
  });

  it("fails where the server's name is not known", async () => {
    const config = aMember("cas1", "cas1.invalid");
    const context = { clock: systemClock, signal: new AbortController().signal };
    const result = await checkHttp(config, aHealth({ timeoutMs: 10_000 }), aMemberTls(), context);
    assert.match(result.came, /DNS/);
  });

  it("can be called off", async () => {
    await member((socket) => socket.resume());
    const abort = new AbortController();
    const config = aMember("cas1", "127.0.0.1", port);
    const result = checkHttp(config, aHealth(), aMemberTls(), { clock: systemClock, signal: abort.signal });
    abort.abort();
    assert.equal((await result).ok, false);
  });

  describe("with TLS", () => {
    it("verifies the server's own host where the farm has no server name, whatever name is published", async () => {
      await tlsMember({}, answer(ok));
      assert.match((await check({}, { ca: testCa })).came, /name/);
    });

    it("sends and verifies the server name of the farm", async () => {
      let servername: string | false | null = null;
      await tlsMember({}, (socket) => {
        ({ servername } = socket);
        answer(ok)(socket);
      });
      const result = await check({}, { ca: testCa, serverName: "cas1.example.test" });
      assert.equal(result.came, "200 OK");
      assert.match(result.asked, /^GET https:/);
      assert.equal(servername, "cas1.example.test");
    });

    const refused: readonly [
      title: string,
      health: Partial<HealthConfig>,
      tls: Partial<MemberTlsConfig>,
      came: RegExp,
    ][] = [
      ["an unknown CA", {}, {}, /^the certificate is not trusted/],
      [
        "another name",
        {},
        { ca: testCa, serverName: "owa.example.test" },
        /for another name: owa\.example\.test is not one of DNS:mail/,
      ],
      [
        "an address that it does not name",
        { host: "127.0.0.1" },
        { ca: testCa },
        /^the certificate is for another name/,
      ],
      ["another pinned certificate", {}, { fingerprint: "0".repeat(64) }, /not the pinned one/],
      [
        "another pinned certificate although the CA is right",
        {},
        { ca: testCa, fingerprint: "0".repeat(64) },
        /not the pinned one/,
      ],
      [
        "another pinned certificate although nothing is verified",
        {},
        { verify: false, fingerprint: "0".repeat(64) },
        /not the pinned one/,
      ],
    ];
    for (const [title, health, tls, came] of refused) {
      it(`refuses ${title}, and asks nothing`, async () => {
        let asked = false;
        await tlsMember({}, (socket) => socket.on("data", () => (asked = true)));
        const result = await check(health, tls);
        assert.equal(result.ok, false);
        assert.match(result.came, came);
        assert.equal(asked, false);
      });
    }

    it("accepts the pinned certificate whatever its CA and name", async () => {
      await tlsMember({}, answer(ok));
      const pinned = { fingerprint: memberCertificate.fingerprint, serverName: "other.example.test" };
      assert.equal((await check({}, pinned)).came, "200 OK");
    });

    it("accepts anything where verification is off", async () => {
      await tlsMember({}, answer(ok));
      assert.equal((await check({}, { verify: false })).came, "200 OK");
    });

    it("speaks TLS 1.0 only where the farm allows it", async () => {
      const old = { minVersion: "TLSv1", maxVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
      await tlsMember(old, answer(ok));
      const named = { ca: testCa, serverName: "cas1.example.test" };
      assert.equal((await check({}, named)).came, "no TLS version in common");
      assert.equal((await check({}, { ...named, minVersion: "TLSv1" })).came, "200 OK");
    });
  });
});
