import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { constants } from "node:http2";
import { describe, it, type TestContext } from "node:test";
import {
  brotliCompressSync,
  brotliDecompressSync,
  constants as zlib,
  createGzip,
  deflateRawSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateRawSync,
  inflateSync,
} from "node:zlib";
import type { ExchangeRecord } from "../../src/farm/exchange-record.ts";
import type { Exchange } from "../../src/forward/exchange.ts";
import type { ResponseHead } from "../../src/http/response-head.ts";
import type { ResponseChanges } from "../../src/rules/outbound/response-changes.ts";
import { createBodyRewriter } from "../../src/rules/outbound/body-rewriter.ts";
import { answerOf, resetOf, startH2Site } from "../support/h2-site.ts";
import { giveBodyRules, giveOutbound, literalRule } from "../support/outbound-hook.ts";
import { always, type RawConnection } from "../support/raw-member.ts";
import { type Site, startSite } from "../support/site.ts";

const rules = [literalRule("http://inside", "https://outside")];
const page = `<a href="http://inside/1">é</a>\n`;
const pageAfter = `<a href="https://outside/1">é</a>\n`;
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

interface Answer {
  readonly head: string;
  readonly body: Buffer;
  /** Of what was read. */
  readonly end: number;
}

/** A chunked response that begins at `from`; null = it is not complete. */
function readChunked(bytes: Buffer, from = 0): Answer | null {
  const headEnd = bytes.indexOf("\r\n\r\n", from);
  if (headEnd === -1) return null;
  const pieces: Buffer[] = [];
  for (let at = headEnd + 4; ;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd === -1) return null;
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    assert.ok(size >= 0, "no chunked response");
    const end = lineEnd + 2 + size + 2;
    if (bytes.length < end) return null;
    if (size === 0) return { head: bytes.toString("latin1", from, headEnd), body: Buffer.concat(pieces), end };
    pieces.push(bytes.subarray(lineEnd + 2, end - 2));
    at = end;
  }
}

function chunks(...pieces: readonly (string | Buffer)[]): string {
  const all = [...pieces.map((piece) => Buffer.from(piece)), Buffer.alloc(0)];
  return all.map((piece) => `${piece.length.toString(16)}\r\n${piece.toString("latin1")}\r\n`).join("");
}

/** Others follow. */
function openChunks(...pieces: readonly (string | Buffer)[]): string {
  return chunks(...pieces).slice(0, -"0\r\n\r\n".length);
}

/** Of a chunked response that is not complete. */
function bodySoFar(received: Buffer): Buffer {
  return readChunked(Buffer.concat([received, Buffer.from("0\r\n\r\n")]))?.body ?? Buffer.alloc(0);
}

function textSoFar(received: Buffer): string {
  return gunzipSync(bodySoFar(received), { finishFlush: zlib.Z_SYNC_FLUSH }).toString();
}

function response(body: string | Buffer, ...fields: readonly string[]): string {
  const bytes = Buffer.from(body);
  const lines = ["Content-Type: text/html; charset=utf-8", `Content-Length: ${bytes.length}`, ...fields];
  return `HTTP/1.1 200 OK\r\n${lines.join("\r\n")}\r\n\r\n${bytes.toString("latin1")}`;
}

/** Of a member: closes behind its answer. */
function endingWith(text: string): (connection: RawConnection) => void {
  return ({ socket }) => socket.once("data", () => socket.end(Buffer.from(text)));
}

async function answers(site: Site, requests: string, count: number): Promise<Answer[]> {
  const client = site.client().write(requests);
  const read: Answer[] = [];
  await client.until(({ received }) => {
    read.length = 0;
    for (let at = 0; read.length < count; at = read.at(-1)?.end ?? 0) {
      const answer = readChunked(received, at);
      if (answer === null) return false;
      read.push(answer);
    }
    return true;
  });
  return read;
}

describe("a rewritten body", () => {
  it("comes in chunks where the member's had a length, and both connections stay", async (t) => {
    giveBodyRules(t, rules);
    const site = await startSite(t, { members: [always(response(page, 'ETag: "a"', "Accept-Ranges: bytes"))] });
    const all = await answers(site, get.repeat(3), 3);
    for (const { head, body } of all) {
      assert.equal(body.toString(), pageAfter);
      assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
      assert.match(head, /\r\nTransfer-Encoding: chunked/);
      assert.match(head, /\r\nETag: W\/"a"/);
      assert.doesNotMatch(head, /content-length|accept-ranges|connection/i);
    }
    await site.untilIdle();
    assert.equal(site.member.connections.length, 1);
  });

  it("has nothing of the member's chunks and trailers", async (t) => {
    giveBodyRules(t, rules);
    const trailers = chunks("http://", "in", `side${"x".repeat(20)}`).replace(/\r\n$/, "X-Sum: 1\r\n\r\n");
    const head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n";
    const site = await startSite(t, { members: [always(head + trailers)] });
    const all = await answers(site, get.repeat(2), 2);
    for (const answer of all) {
      assert.equal(answer.body.toString(), `https://outside${"x".repeat(20)}`);
      assert.doesNotMatch(answer.head, /trailer/i);
    }
    assert.equal(site.member.connections.length, 1);
  });

  it("comes piece by piece, however the member writes it", async (t) => {
    giveBodyRules(t, rules);
    const site = await startSite(t);
    const client = site.client().write(get);
    const member = await site.member.connection();
    await member.untilText("\r\n\r\n");
    member.write(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n`);
    await client.untilText("\r\n\r\n");
    for (const event of ["http://inside", "2"]) {
      for (const letter of openChunks(`data: ${event}\n\n`)) member.write(letter);
      const after = event.replace("inside", "outside").replace("http", "https");
      await client.until(({ received }) => bodySoFar(received).toString().includes(`data: ${after}\n\n`));
    }
    member.write("0\r\n\r\n");
    await client.untilText("0\r\n\r\n");
    await site.untilIdle();
  });

  it("ends with the connection for an HTTP/1.0 client", async (t) => {
    giveBodyRules(t, rules);
    const site = await startSite(t, { members: [always(response(page))] });
    const text = await site.client().write("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n").untilEnd();
    const [head = "", body = ""] = text.split("\r\n\r\n");
    assert.doesNotMatch(head, /transfer-encoding|content-length/i);
    assert.match(head, /connection: close/i);
    assert.equal(Buffer.from(body, "latin1").toString(), pageAfter);
    await site.untilIdle();
  });

  it("of a member that closes at its end leaves the client's connection open", async (t) => {
    giveBodyRules(t, rules);
    const closing = endingWith(`HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n${page}`);
    const site = await startSite(t, { members: [closing] });
    const all = await answers(site, get.repeat(2), 2);
    assert.deepEqual(
      all.map(({ body }) => body.toString()),
      [pageAfter, pageAfter],
    );
    assert.equal(site.member.connections.length, 2);
    await site.untilIdle();
  });

  it("goes out over HTTP/2", async (t) => {
    giveBodyRules(t, rules);
    const gzipped = response(gzipSync(page), "Content-Encoding: gzip", 'ETag: "a"');
    for (const text of [response(page, 'ETag: "a"'), gzipped]) {
      const site = await startH2Site(t, { members: [always(text)] });
      const session = site.session();
      const all = await Promise.all([1, 2, 3].map(async () => answerOf(session.request({ ":path": "/" }))));
      for (const { status, headers, body } of all) {
        const bytes = Buffer.from(body, "latin1");
        assert.equal(status, 200);
        assert.equal((text === gzipped ? gunzipSync(bytes) : bytes).toString(), pageAfter);
        assert.equal(headers["content-length"], undefined);
        assert.equal(headers.etag, 'W/"a"');
      }
      await site.untilIdle();
    }
  });

  it("to a HEAD is told of, and not sent", async (t) => {
    giveBodyRules(t, rules);
    const head = `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nETag: "a"\r\n\r\n`;
    const site = await startSite(t, { members: [always(head)] });
    const client = site.client().write("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2));
    await client.until(({ text }) => text.split("\r\n\r\n").length === 3);
    assert.doesNotMatch(client.text, /content-length|transfer-encoding/i);
    assert.equal(client.text.split('ETag: W/"a"').length, 3);
    const h2 = await startH2Site(t, { members: [always(head)] });
    const { headers, body } = await answerOf(h2.session().request({ ":path": "/", ":method": "HEAD" }));
    assert.equal(headers["content-length"], undefined);
    assert.equal(body, "");
    assert.equal(site.member.connections.length, 1);
  });

  it("that is empty stays so", async (t) => {
    giveBodyRules(t, rules);
    const site = await startSite(t, { members: [always(response(""))] });
    const client = site.client().write(get);
    await client.untilText("\r\n\r\n");
    assert.match(client.text, /Content-Length: 0/);
    const gzipped =
      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n";
    const other = await startSite(t, { members: [always(`${gzipped}0\r\n\r\n`)] });
    assert.equal((await answers(other, get, 1))[0]?.body.length, 0);
  });

  it("is none where there is nothing that may be changed", async (t) => {
    giveBodyRules(t, rules);
    const untouched = [
      response(page).replace("text/html", "image/png"),
      response(page, "Cache-Control: no-transform"),
      response(page, "Content-Range: bytes 0-9/20").replace("200 OK", "206 Partial Content"),
      response(page, "Content-Encoding: zstd"),
    ];
    for (const text of untouched) {
      const site = await startSite(t, { members: [always(text)] });
      const client = site.client().write(get);
      await client.untilText(page.slice(0, 20));
      assert.match(client.text, new RegExp(`Content-Length: ${Buffer.byteLength(page)}`));
    }
  });

  it("comes behind interim responses, which are left alone", async (t) => {
    giveBodyRules(t, rules);
    const hints = "HTTP/1.1 103 Early Hints\r\nLink: <http://inside>\r\n\r\n";
    const site = await startSite(t, { members: [always(hints + response(page))] });
    const client = site.client().write(get);
    await client.untilText("0\r\n\r\n");
    assert.ok(client.text.startsWith(hints));
    assert.equal(readChunked(client.received, hints.length)?.body.toString(), pageAfter);
  });

  it("may come before the request is complete", async (t) => {
    giveBodyRules(t, rules);
    for (const text of [response(page), response(gzipSync(page), "Content-Encoding: gzip")]) {
      const site = await startSite(t);
      const client = site.client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
      const member = await site.member.connection();
      await member.untilText("12345");
      member.write(text);
      await client.until(({ received }) => readChunked(received) !== null);
      client.clear();
      client.write(`67890${get}`);
      await member.untilText("67890");
      const next = await site.member.connection(1);
      await next.untilText("GET /");
      next.write(response(page));
      await client.until(({ received }) => readChunked(received) !== null);
      await site.untilIdle();
    }
  });

  it("that came early ends the client's connection where the member closes before it has the rest of the request", async (t) => {
    giveBodyRules(t, rules);
    for (const coding of ["identity", "gzip"]) {
      for (const field of ["X-A: 1", "Connection: close"]) {
        const site = await startSite(t);
        const client = site.client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
        const member = await site.member.connection();
        await member.untilText("12345");
        member.write(response(coding === "gzip" ? gzipSync(page) : page, `Content-Encoding: ${coding}`, field));
        await client.until(({ received }) => readChunked(received) !== null);
        assert.equal(/\r\nConnection: close\r\n/.test(client.text), field !== "X-A: 1");
        member.socket.end();
        await client.untilEnd();
        await site.untilIdle();
      }
    }
  });

  it("is complete though the member sends more than that, or closes behind it, and such a connection is not used again", async (t) => {
    giveBodyRules(t, rules);
    for (const surplus of ["", "HTTP/1.1 200 OK\r\n"]) {
      for (const coding of ["identity", "gzip"]) {
        const body = coding === "gzip" ? gzipSync(page) : page;
        const text = response(body, `Content-Encoding: ${coding}`) + surplus;
        const answer = (connection: RawConnection): void => {
          connection.socket.once("data", () => {
            if (surplus === "") connection.socket.end(text, "latin1");
            else connection.socket.write(text, "latin1");
          });
        };
        const site = await startSite(t, { members: [answer] });
        const all = await answers(site, get.repeat(2), 2);
        assert.equal(all.length, 2);
        assert.equal(site.member.connections.length, 2);
        await site.untilIdle();
      }
    }
  });

  it("that breaks off is no whole one", async (t) => {
    giveBodyRules(t, rules);
    const site = await startSite(t, { members: [endingWith(response(page).slice(0, -5))] });
    const text = await site.client().write(get).untilEnd();
    assert.doesNotMatch(text, /0\r\n\r\n$/);
    await site.untilIdle();
  });
});

describe("a changed response", () => {
  it("has other fields and another status, over HTTP/1.1 and HTTP/2", async (t) => {
    giveOutbound(t, () => ({
      status: 404,
      headers: [
        ["server", []],
        ["x-new", ["1", "a\r\nb"]],
      ],
      body: null,
    }));
    const members = [always(response(page, "Server: IIS"))];
    const records: string[] = [];
    const observers = [({ status }: ExchangeRecord): void => void records.push(String(status))];
    const site = await startSite(t, { members, observers });
    const client = site.client().write(get);
    await client.untilText("</a>\n");
    assert.match(client.text, /^HTTP\/1\.1 404 Not Found\r\n/);
    assert.match(client.text, /\r\nx-new: 1\r\nx-new: a%0D%0Ab\r\n/);
    assert.doesNotMatch(client.text, /Server/);
    await site.untilIdle();
    assert.deepEqual(records, ["404"]);
    const h2 = await startH2Site(t, { members });
    const { status, headers, body } = await answerOf(h2.session().request({ ":path": "/" }));
    assert.equal(status, 404);
    assert.equal(headers["x-new"], "1, a%0D%0Ab");
    assert.equal(headers["server"], undefined);
    assert.equal(Buffer.from(body, "latin1").toString(), page);
  });

  it("is a 500 where the rules fail", async (t) => {
    giveOutbound(t, () => {
      throw new Error("a rule");
    });
    const site = await startSite(t, { members: [always(response(page))] });
    const client = site.client().write(get);
    assert.match(await client.untilText("\r\n\r\n"), /^HTTP\/1\.1 500 /);
    await site.untilIdle();
  });
});

interface Coding {
  readonly name: string;
  readonly field: string;
  readonly encode: (bytes: Buffer) => Buffer;
  readonly decode: (bytes: Buffer) => Buffer;
}

const codings: readonly Coding[] = [
  { name: "gzip", field: "gzip", encode: (bytes) => gzipSync(bytes), decode: (bytes) => gunzipSync(bytes) },
  { name: "deflate", field: "deflate", encode: (bytes) => deflateSync(bytes), decode: (bytes) => inflateSync(bytes) },
  {
    name: "deflate without its frame",
    field: "deflate",
    encode: (bytes) => deflateRawSync(bytes),
    decode: (bytes) => inflateRawSync(bytes),
  },
  {
    name: "br",
    field: "br",
    encode: (bytes) => brotliCompressSync(bytes, { params: { [zlib.BROTLI_PARAM_QUALITY]: 1 } }),
    decode: (bytes) => brotliDecompressSync(bytes),
  },
];

describe("a coded body", () => {
  for (const { name, field, encode, decode } of codings) {
    it(`in ${name} is rewritten and coded again, on connections that stay`, async (t) => {
      giveBodyRules(t, rules);
      const text = page.repeat(5000);
      const site = await startSite(t, {
        members: [always(response(encode(Buffer.from(text)), `Content-Encoding: ${field}`))],
      });
      const all = await answers(site, get.repeat(3), 3);
      for (const { head, body } of all) {
        assert.match(head, new RegExp(`Content-Encoding: ${field}`));
        assert.equal(decode(body).toString(), pageAfter.repeat(5000));
      }
      await site.untilIdle();
      assert.equal(site.member.connections.length, 1);
    });
  }

  it("goes on to the client while the member still has more", async (t) => {
    giveBodyRules(t, rules);
    const site = await startSite(t);
    const client = site.client().write(get);
    const member = await site.member.connection();
    await member.untilText("\r\n\r\n");
    const fields = "Content-Type: text/event-stream\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n";
    member.write(`HTTP/1.1 200 OK\r\n${fields}\r\n`);
    const gzip = createGzip();
    gzip.on("data", (bytes: Buffer) => member.write(openChunks(bytes)));
    for (const event of [1, 2, 3]) {
      gzip.write(`data: http://inside/${event}\n\n`);
      gzip.flush();
      await client.until(({ received }) => textSoFar(received).includes(`https://outside/${event}`));
    }
    gzip.end();
    await once(gzip, "end");
    member.write("0\r\n\r\n");
    await client.until(({ received }) => readChunked(received) !== null);
    await site.untilIdle();
  });

  it("with something behind its end is whole, and what is behind it is dropped", async (t) => {
    giveBodyRules(t, rules);
    for (const { field, encode, decode } of codings) {
      for (const behind of [10, 500_000]) {
        const coded = Buffer.concat([encode(Buffer.from(page)), Buffer.alloc(behind)]);
        const site = await startSite(t, { members: [always(response(coded, `Content-Encoding: ${field}`))] });
        const all = await answers(site, get.repeat(3), 3);
        for (const { body } of all) assert.equal(decode(body).toString(), pageAfter);
        await site.untilIdle();
        assert.equal(site.member.connections.length, 1);
      }
    }
  });

  it("that is corrupt from the beginning is a bad answer, and the client's connection stays", async (t) => {
    giveBodyRules(t, rules);
    for (const corrupt of [Buffer.from("no gzip at all"), gzipSync(page).subarray(0, 15)]) {
      const records: string[] = [];
      const observers = [({ reason }: ExchangeRecord): void => void records.push(reason)];
      const members = [always(response(corrupt, "Content-Encoding: gzip"))];
      const site = await startSite(t, { members, observers });
      const client = site.client().write(get);
      await client.untilText("</html>");
      assert.match(client.text, /^HTTP\/1\.1 502 [^]*X-Fairlead-Error: bad-response/);
      client.clear();
      client.write(get);
      await client.untilText("</html>");
      await site.untilIdle();
      assert.deepEqual(records, ["bad-response", "bad-response"]);
    }
  });

  it("that turns out to be corrupt, or ends too early, is cut", async (t) => {
    giveBodyRules(t, rules);
    const records: string[] = [];
    const observers = [({ reason }: ExchangeRecord): void => void records.push(reason)];
    const site = await startSite(t, { observers });
    const good = gzipSync(Array.from({ length: 9000 }, (_, index) => `${index * 7919}`).join(" "));
    const noise = Buffer.concat(
      Array.from({ length: 999 }, (_, index) => createHash("md5").update(`${index}`).digest()),
    );
    const begin = good.subarray(0, good.length / 2);
    const fields = "Content-Type: text/plain\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n";
    for (const end of [openChunks(noise), "0\r\n\r\n"]) {
      const client = site.client().write(get);
      const member = await site.member.connection(site.member.connections.length);
      await member.untilText("\r\n\r\n");
      member.write(`HTTP/1.1 200 OK\r\n${fields}\r\n${openChunks(begin)}`);
      await client.until(({ received }) => bodySoFar(received).length > 0);
      member.write(end);
      assert.doesNotMatch(await client.untilEnd(), /0\r\n\r\n$/);
      await site.untilIdle();
    }
    assert.deepEqual(records, ["response-cut", "response-cut"]);
  });
});

function bodyChanges(head: ResponseHead): ResponseChanges {
  return { status: null, headers: [], body: createBodyRewriter(head, rules, () => undefined) };
}

/** Counts what node:zlib has closed. */
function countClosed(t: TestContext): () => number {
  let prototype: object = Object.getPrototypeOf(createGzip());
  while (!Object.hasOwn(prototype, "_destroy")) prototype = Object.getPrototypeOf(prototype);
  const before = Object.getOwnPropertyDescriptor(prototype, "_destroy") ?? {};
  let closed = 0;
  function counting(this: unknown, ...rest: unknown[]): void {
    closed++;
    Reflect.apply(before.value, this, rest);
  }
  Object.defineProperty(prototype, "_destroy", { ...before, value: counting });
  t.after(() => Object.defineProperty(prototype, "_destroy", before));
  return () => closed;
}

function usedMemory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const mega = 1_000_000;
const plain: Pick<Coding, "encode" | "decode"> = { encode: (bytes) => bytes, decode: (bytes) => bytes };

/** Some 20 MB that cannot be compressed well. */
function noisyText(link: string): string {
  const noise = Array.from({ length: 5000 }, (_, index) => createHash("sha512").update(String(index)).digest("base64"));
  const block = noise.map((text) => `${text} ${link}\n`).join("");
  return Array.from({ length: Math.ceil((20 * mega) / block.length) }, (_, index) => `${index} ${block}`).join("");
}

describe("a rewritten body and a client", () => {
  it("that goes away: what it needed is freed", async (t) => {
    const exchanges: Exchange[] = [];
    giveOutbound(t, (head, exchange) => {
      exchanges.push(exchange);
      return bodyChanges(head);
    });
    const closed = countClosed(t);
    const big = gzipSync(Array.from({ length: 200_000 }, (_, index) => `${index * 7919} http://inside\n`).join(""));
    const site = await startSite(t, { members: [always(response(big, "Content-Encoding: gzip"))] });
    for (let round = 0; round < 5; round++) {
      const client = site.client();
      client.socket.once("data", () => {
        client.socket.pause();
        client.socket.resetAndDestroy();
      });
      client.write(get);
      await client.until(({ closed: gone }) => gone);
      await site.untilIdle();
    }
    assert.equal(exchanges.length, 5);
    for (const { rewriting } of exchanges) assert.equal(rewriting, null);
    assert.equal(closed(), 10);
  });

  it("that resets its stream: what it needed is freed", async (t) => {
    giveBodyRules(t, rules);
    const closed = countClosed(t);
    const big = gzipSync(Array.from({ length: 200_000 }, (_, index) => `${index * 7919} http://inside\n`).join(""));
    const site = await startH2Site(t, { members: [always(response(big, "Content-Encoding: gzip"))] });
    const session = site.session();
    for (let round = 1; round <= 3; round++) {
      const stream = session.request({ ":path": "/" });
      stream.once("data", () => {
        stream.pause();
        stream.close(constants.NGHTTP2_CANCEL);
      });
      assert.equal(await resetOf(stream), constants.NGHTTP2_CANCEL);
      await site.untilIdle();
      assert.equal(closed(), 2 * round);
    }
  });

  it("that reads all of it: what it needed is freed too", async (t) => {
    giveBodyRules(t, rules);
    const closed = countClosed(t);
    const site = await startSite(t, { members: [always(response(gzipSync(page), "Content-Encoding: gzip"))] });
    await answers(site, get.repeat(3), 3);
    await site.untilIdle();
    assert.equal(closed(), 6);
  });

  for (const coding of ["identity", "gzip", "br"]) {
    it(`that reads slowly makes the member wait, and gets all 20 MB in ${coding}`, async (t) => {
      const exchanges: Exchange[] = [];
      giveOutbound(t, (head, exchange) => {
        exchanges.push(exchange);
        return bodyChanges(head);
      });
      const { encode, decode } = codings.find(({ name }) => name === coding) ?? plain;
      const body = encode(Buffer.from(noisyText("http://inside")));
      const site = await startSite(t);
      const client = site.client();
      client.keep = 1;
      client.write(get);
      const { socket: member } = await (await site.member.connection()).until(({ text }) => text.endsWith("\r\n\r\n"));
      const received: Buffer[] = [];
      client.socket.pause();
      client.socket.on("data", (bytes: Buffer) => received.push(bytes));
      client.socket.pause();
      const start = usedMemory();
      member.write(response("", `Content-Encoding: ${coding}`).replace("Length: 0", `Length: ${body.length}`));
      let written = 0;
      const writing = (async () => {
        for (; written < body.length; written += 65_536) {
          if (!member.write(body.subarray(written, written + 65_536))) await once(member, "drain");
        }
      })();
      // The rest is in buffers of the operating system.
      for (let last = -1, still = 0; still < 30; last = written) {
        await new Promise<void>((resolve) => setTimeout(resolve, 10));
        still = written === last ? still + 1 : 0;
        const held = exchanges[0]?.client.sink.writableLength ?? 0;
        assert.ok(held < mega, `${held} bytes are held`);
      }
      assert.ok(usedMemory() - start < 20 * mega, `${usedMemory() - start} bytes more`);
      client.socket.resume();
      await writing;
      await site.untilIdle();
      await client.until(() => received.at(-1)?.toString("latin1").endsWith("0\r\n\r\n") === true);
      const answer = readChunked(Buffer.concat(received));
      assert.ok(decode(answer?.body ?? Buffer.alloc(0)).equals(Buffer.from(noisyText("https://outside"))));
    });
  }

  it("is not a way to fill the memory with what was well compressed", async (t) => {
    giveBodyRules(t, rules);
    const bomb = gzipSync(Buffer.alloc(100 * mega));
    const site = await startSite(t, { members: [always(response(bomb, "Content-Encoding: gzip"))] });
    const client = site.client();
    client.keep = 1;
    const start = usedMemory();
    let most = 0;
    const timer = setInterval(() => (most = Math.max(most, usedMemory() - start)), 2);
    client.write(get);
    await client.untilText("\n");
    await site.untilIdle();
    clearInterval(timer);
    assert.ok(most < 60 * mega, `${most} bytes more`);
  });
});
