import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import { connect, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { connect as connectTls } from "node:tls";
import { isDeepStrictEqual } from "node:util";
import { aConfig, aFarm, aMember, aMemberTls } from "../support/configs.ts";
import { startEchoServer, type EchoServer, type Seen } from "../support/echo-web-socket.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { memberCertificate, testCa } from "../support/member-certificate.ts";
import { aListener, startRouterWith, type TestRouter } from "../support/start-router.ts";
import { type WebSocketCase, webSocketCases } from "../support/web-socket-cases.ts";
import { converse, type Heard, type OpenWebSocket } from "../support/web-socket-conversation.ts";

const atOnce = 4;
const host = "mail.example.test";

interface Outcome {
  readonly client: Heard;
  readonly server: Seen;
}

/** Opens a WebSocket for a path. */
type Open = (path: string, offer: string) => Promise<OpenWebSocket>;

/** The handshake of RFC 6455 4.1 on a connection that is there. */
async function shakeHands(socket: Socket, path: string, offer: string): Promise<OpenWebSocket> {
  const extensions = offer === "" ? "" : `Sec-WebSocket-Extensions: ${offer}\r\n`;
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${extensions}\r\n`,
  );
  let head = Buffer.alloc(0);
  for (let end = -1; end === -1; end = head.indexOf("\r\n\r\n")) {
    const [bytes]: Buffer[] = await once(socket, "data");
    head = Buffer.concat([head, bytes ?? Buffer.alloc(0)]);
  }
  socket.pause();
  const text = head.toString("latin1", 0, head.indexOf("\r\n\r\n"));
  assert.match(text, /^HTTP\/1\.1 101 [^]*\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/i);
  return {
    stream: socket,
    early: head.subarray(head.indexOf("\r\n\r\n") + 4),
    extensions: /\r\nSec-WebSocket-Extensions: ([^\r]*)/i.exec(text)?.[1] ?? "",
  };
}

function overTcp(port: number): Open {
  return async (path, offer) =>
    shakeHands(connect({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true }), path, offer);
}

function overTls(port: number): Open {
  const target = { host: "127.0.0.1", port, servername: host, ca: testCa, ALPNProtocols: ["http/1.1"] };
  return async (path, offer) => {
    const socket = connectTls(target);
    socket.allowHalfOpen = true;
    await once(socket, "secureConnect");
    return shakeHands(socket, path, offer);
  };
}

/** RFC 8441: each one a stream of the same connection. */
function overHttp2(session: ClientHttp2Session): Open {
  return async (path, offer) => {
    const extensions = offer === "" ? {} : { "sec-websocket-extensions": offer };
    const stream = session.request(
      { ":method": "CONNECT", ":protocol": "websocket", ":path": path, "sec-websocket-version": "13", ...extensions },
      { endStream: false },
    );
    const [headers]: IncomingHttpHeaders[] = await once(stream, "response");
    assert.equal(Number(headers?.[":status"]), 200);
    const accepted = headers?.["sec-websocket-extensions"];
    return { stream, early: Buffer.alloc(0), extensions: typeof accepted === "string" ? accepted : "" };
  };
}

async function run(
  one: WebSocketCase,
  path: string,
  { echo, open }: { echo: EchoServer; open: Open },
): Promise<Outcome> {
  const client = await converse(one, await open(path, one.offer ?? ""));
  return { client, server: await echo.seen(path) };
}

/** All cases, some at once. */
async function runAll(name: string, means: { echo: EchoServer; open: Open }): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const cases = webSocketCases();
  const player = async (): Promise<void> => {
    for (const one of cases) {
      try {
        outcomes.set(one.name, await run(one, `/${name}/${outcomes.size}-${Math.random()}`, means));
      } catch (error) {
        throw new Error(`${one.name}: ${String(error)}`, { cause: error });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, player));
  return outcomes;
}

/** Those whose outcome is not the same, with both. */
function differences(one: ReadonlyMap<string, Outcome>, other: ReadonlyMap<string, Outcome>): unknown[] {
  return [...one].flatMap(([name, outcome]) => {
    const otherOutcome = other.get(name);
    return isDeepStrictEqual(outcome, otherOutcome) ? [] : [{ name, direct: outcome, routed: otherOutcome }];
  });
}

describe("a WebSocket", { timeout: 240_000 }, () => {
  let plain: EchoServer;
  let secure: EchoServer;
  let router: TestRouter;
  let direct: Map<string, Outcome>;

  before(async () => {
    plain = await startEchoServer(null);
    secure = await startEchoServer(memberCertificate);
    const tls = aMemberTls({ ca: testCa, serverName: host });
    const certificate = aCertificate({ certificate: memberCertificate.cert, key: memberCertificate.key });
    const farms = [
      aFarm({ name: "plain", health: null, members: [aMember("m1", "127.0.0.1", plain.port)] }),
      aFarm({
        name: "secure",
        health: null,
        tls,
        members: [{ ...aMember("m2", "127.0.0.1", secure.port), protocol: "https" }],
      }),
    ];
    const listeners = [
      aListener(),
      aListener({ entry: 1, tls: aListenerTls([certificate], { http2: { http1Hosts: [] } }) }),
    ];
    const routes = [
      { host: null, path: "/", farm: "plain" },
      { host: null, path: "/secure", farm: "secure" },
    ];
    router = await startRouterWith(aConfig(farms, { listeners, routes }));
    direct = await runAll("direct", { echo: plain, open: overTcp(plain.port) });
  });

  after(async () => {
    await router.close(0);
    plain.close();
    secure.close();
  });

  it("ends in every case as RFC 6455 says", () => {
    const wrong = [...webSocketCases()].flatMap(({ name, closes }) => {
      const closed = direct.get(name)?.client.closed ?? null;
      return closed === closes ? [] : [{ name, closed, closes }];
    });
    assert.deepEqual(wrong, []);
    assert.ok(direct.size >= 400, `${direct.size} cases`);
  });

  it("is the same through the router, byte by byte", async () => {
    const routed = await runAll("plain", { echo: plain, open: overTcp(router.port) });
    assert.deepEqual(differences(direct, routed), []);
  });

  it("is the same through the router with TLS on both sides", async () => {
    const port = router.listeners[1]?.port ?? 0;
    const routed = await runAll("secure", { echo: secure, open: overTls(port) });
    assert.deepEqual(differences(direct, routed), []);
  });

  it("is the same over HTTP/2", async () => {
    const session = connectHttp2(`https://${host}:${router.listeners[1]?.port}`, {
      host: "127.0.0.1",
      servername: host,
      ca: testCa,
      // Megabytes; Node's client would reset streams that have more than 10 to send.
      maxSessionMemory: 200,
    });
    await once(session, "remoteSettings");
    const routed = await runAll("h2", { echo: plain, open: overHttp2(session) });
    session.destroy();
    assert.deepEqual(differences(direct, routed), []);
  });
});
