import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { TestContext } from "node:test";
import { portOf } from "./port-of.ts";

/** What a request asks of the member. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
}

/**
 * A member of Node's own HTTP server, which does what the path of a request says; `key` names a request for `/state` and
 * `/go`. Its port.
 */
export async function startScriptedMember(t: TestContext): Promise<number> {
  const script = new Script();
  const server = createServer(
    { requestTimeout: 0, maxHeaderSize: 262_144 },
    (request, response) => void script.run(request, response),
  );
  server.on("clientError", (_error, socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return portOf(server);
}

class Script {
  readonly #states = new Map<string, "begun" | "closed">();
  readonly #held = new Map<string, ServerResponse>();
  #asked = "no";

  readonly #acts: Readonly<Record<string, (call: Call) => Promise<void> | void>> = {
    "/ok": ({ response }) => end(response, "ok"),
    "/bytes": sendBytes,
    "/break": breakOff,
    "/echo": describe,
    "/early": answerEarly,
    "/status": ({ response, query }) => void response.writeHead(Number(query.get("status"))).end(),
    "/hop-by-hop": hopByHop,
    "/many-fields": manyFields,
    "/ntlm": ({ response }) => void response.writeHead(401, { "www-authenticate": "NTLM" }).end("no"),
    "/hints": hint,
    "/trailers": withTrailers,
    "/hold": ({ response, query }) => void this.#held.set(query.get("key") ?? "", response),
    "/go": ({ response, query }) => {
      const key = query.get("key") ?? "";
      const held = this.#held.get(key);
      this.#held.delete(key);
      if (held !== undefined) end(held, "ok");
      end(response, held === undefined ? "none" : "gone");
    },
    "/state": ({ response, query }) => end(response, this.#states.get(query.get("key") ?? "") ?? "none"),
    "/asked": ({ response }) => end(response, this.#asked),
    // Not before the whole request is there: what is wrong with one may show only at its end.
    "/never": ({ request, response }) => {
      this.#asked = "yes";
      request.on("end", () => end(response, "never")).resume();
    },
  };

  async run(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? "", "http://member");
    const act = this.#acts[pathname];
    request.on("error", () => undefined);
    if (act === undefined) {
      response.writeHead(404).end();
      return;
    }
    const key = query.get("key");
    if (key !== null && pathname !== "/state" && pathname !== "/go") this.#watch(key, request);
    await act({ request, response, query });
  }

  #watch(key: string, { socket }: IncomingMessage): void {
    this.#states.set(key, "begun");
    socket.once("close", () => this.#states.set(key, "closed"));
  }
}

function end(response: ServerResponse, text: string): void {
  response.writeHead(200, { "content-length": text.length }).end(text);
}

/** `n` random bytes whose digest stands in the head; in chunks of all sizes where `chunked` is there. */
async function sendBytes({ response, query }: Call): Promise<void> {
  const bytes = randomBytes(Number(query.get("n")));
  response.setHeader("x-sha256", createHash("sha256").update(bytes).digest("hex"));
  if (!query.has("chunked")) {
    response.writeHead(200, { "content-length": bytes.length }).end(bytes);
    return;
  }
  response.writeHead(200);
  // The client may go away.
  await pipeline(Readable.from(pieces(bytes)), response).catch(() => undefined);
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 3) % 50_021) {
    yield bytes.subarray(at, at + size);
  }
}

/** Announces more than `n` bytes. */
function breakOff({ response, query }: Call): void {
  const bytes = randomBytes(Number(query.get("n")));
  if (!query.has("chunked")) response.setHeader("content-length", bytes.length * 2);
  response.writeHead(200);
  response.write(bytes, () => response.socket?.destroy());
}

/** What has arrived, as JSON. */
async function describe({ request, response }: Call): Promise<void> {
  const digest = createHash("sha256");
  let length = 0;
  try {
    for await (const bytes of request) {
      digest.update(bytes);
      length += bytes.length;
    }
  } catch {
    return;
  }
  const { method, headers } = request;
  response.end(JSON.stringify({ method, length, sha256: digest.digest("hex"), headers }));
}

/** Before it reads the rest of the request. */
function answerEarly({ request, response, query }: Call): void {
  response.writeHead(Number(query.get("status")), { "content-length": 5 }).end("early");
  request.resume();
}

function hopByHop({ response }: Call): void {
  response.socket?.write(
    "HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n" +
      "Proxy-Connection: keep-alive\r\nTransfer-Encoding: chunked\r\nUpgrade: h2c\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    () => response.socket?.destroy(),
  );
}

function manyFields({ response }: Call): void {
  for (let index = 0; index < 60; index++) response.setHeader(`x-field-${index}`, `${index} `.repeat(20).trim());
  end(response, "ok");
}

function hint({ response }: Call): void {
  response.writeEarlyHints({ link: "</a.css>; rel=preload" });
  response.writeEarlyHints({ link: "</b.css>; rel=preload" });
  end(response, "ok");
}

function withTrailers({ response }: Call): void {
  response.writeHead(200, { trailer: "x-checksum" });
  response.write("ok");
  response.addTrailers({ "x-checksum": "1" });
  response.end();
}
