import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { always } from "../support/raw-member.ts";
import {
  errorCode,
  type Fields,
  flag,
  frameBytes,
  frameType,
  type H2Frames,
  headerBlock,
  plainGet,
  uint32,
} from "../support/h2-frames.ts";
import { startH2Site } from "../support/h2-site.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const { compression, flowControl, frameSize, internal, protocol, refused, streamClosed } = errorCode;
const { data, headers, priority, rst, settings, ping, goAway, windowUpdate, continuation, pushPromise } = frameType;
const { endStream, endHeaders, padded, ack } = flag;

/**
 * What must come of it: a stream error may also be answered as a connection error, and either by closing (RFC 9113 5.4).
 * "answer": stream 1 is answered; "ping": the connection goes on; "closed": it does not.
 */
type Outcome =
  | { readonly stream: readonly number[] }
  | { readonly connection: readonly number[] }
  | "answer"
  | "ping"
  | "closed";

interface Case {
  /** Of RFC 9113, or h2spec's number. */
  readonly section: string;
  readonly name: string;
  send(client: H2Frames): void | Promise<void>;
  readonly outcome: Outcome;
}

const get = headerBlock(plainGet);
const post = headerBlock({ ...plainGet, ":method": "POST" });
const setting = (id: number, value: number): Buffer => Buffer.concat([Buffer.from([0, id]), uint32(value)]);
const many = (bytes: number): Buffer => Buffer.alloc(bytes, "x");

async function answered(client: H2Frames): Promise<void> {
  client.request(1);
  await client.frame(({ type, flags, stream }) => type === data && stream === 1 && (flags & endStream) === 1);
}

const cases: readonly Case[] = [
  {
    section: "3.4",
    name: "a preface that is none",
    send: (c) => void c.write("INVALID CONNECTION PREFACE\r\n\r\n"),
    outcome: { connection: [protocol, frameSize, -1] },
  },
  { section: "4.1", name: "a frame of unknown type", send: (c) => void c.send(0x16, 0, 0, many(8)), outcome: "ping" },
  {
    section: "4.1",
    name: "flags that are not defined",
    send: (c) => void c.send(ping, 0x16, 0, Buffer.alloc(8)),
    outcome: "ping",
  },
  {
    section: "4.1",
    name: "a reserved bit",
    send: (c) => void c.write(Buffer.from([0, 0, 8, 6, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
    outcome: "ping",
  },
  {
    section: "4.2",
    name: "DATA of 2^14 bytes",
    send: (c) => void c.send(headers, endHeaders, 1, post).send(data, endStream, 1, many(16_384)),
    outcome: "answer",
  },
  {
    section: "4.2",
    name: "DATA above SETTINGS_MAX_FRAME_SIZE",
    send: (c) => void c.send(headers, endHeaders, 1, post).data(1, many(16_385)),
    outcome: { stream: [frameSize] },
  },
  {
    section: "4.2",
    name: "HEADERS above SETTINGS_MAX_FRAME_SIZE",
    send: (c) => void c.send(headers, endHeaders | endStream, 1, many(16_385)),
    outcome: { connection: [frameSize] },
  },
  {
    section: "4.3",
    name: "a header block that is no HPACK",
    send: (c) =>
      void c.send(headers, endHeaders | endStream, 1, Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1])),
    outcome: { connection: [compression] },
  },
  {
    section: "4.3",
    name: "PRIORITY in a header block",
    send: (c) => void c.send(headers, endStream, 1, get).send(priority, 0, 1, many(5)),
    outcome: { connection: [protocol] },
  },
  {
    section: "4.3",
    name: "another stream's HEADERS in a header block",
    send: (c) => void c.send(headers, endStream, 1, get).request(3),
    outcome: { connection: [protocol] },
  },
  {
    section: "5.1 idle",
    name: "DATA",
    send: (c) => void c.data(1, "x", true),
    outcome: { connection: [protocol, streamClosed] },
  },
  { section: "5.1 idle", name: "RST_STREAM", send: (c) => void c.rst(1, 8), outcome: { connection: [protocol] } },
  {
    section: "5.1 idle",
    name: "WINDOW_UPDATE",
    send: (c) => void c.windowUpdate(1, 100),
    outcome: { connection: [protocol] },
  },
  {
    section: "5.1 idle",
    name: "CONTINUATION",
    send: (c) => void c.send(continuation, endHeaders, 1, get),
    outcome: { connection: [protocol] },
  },
  {
    section: "5.1 half-closed",
    name: "DATA",
    send: (c) => void c.request(1).data(1, "x", true),
    outcome: { stream: [streamClosed] },
  },
  {
    section: "5.1 half-closed",
    name: "HEADERS",
    send: (c) => void c.request(1).request(1),
    outcome: { stream: [streamClosed] },
  },
  {
    section: "5.1 half-closed",
    name: "CONTINUATION",
    send: (c) => void c.request(1).send(continuation, endHeaders, 1, get),
    outcome: { connection: [streamClosed, protocol] },
  },
  {
    section: "5.1 closed",
    name: "DATA behind a RST_STREAM of its own",
    send: (c) => void c.send(headers, endHeaders, 1, post).rst(1, 8).data(1, "x", true),
    outcome: { stream: [streamClosed] },
  },
  {
    section: "5.1 closed",
    name: "HEADERS behind a RST_STREAM of its own",
    send: (c) =>
      void c
        .send(headers, endHeaders, 1, post)
        .rst(1, 8)
        .send(headers, endHeaders | endStream, 1, get),
    outcome: { stream: [streamClosed] },
  },
  {
    section: "5.1 closed",
    name: "CONTINUATION behind a RST_STREAM of its own",
    send: (c) => void c.send(headers, endHeaders, 1, post).rst(1, 8).send(continuation, endHeaders, 1, get),
    outcome: { connection: [streamClosed, protocol] },
  },
  {
    section: "5.1 closed",
    name: "DATA once both sides have ended",
    async send(c) {
      await answered(c);
      c.data(1, "x", true);
    },
    outcome: { stream: [streamClosed] },
  },
  {
    section: "5.1 closed",
    name: "HEADERS once both sides have ended",
    async send(c) {
      await answered(c);
      c.request(1);
    },
    outcome: { connection: [streamClosed, protocol] },
  },
  {
    section: "5.1 closed",
    name: "CONTINUATION once both sides have ended",
    async send(c) {
      await answered(c);
      c.send(continuation, endHeaders, 1, get);
    },
    outcome: { connection: [streamClosed, protocol] },
  },
  {
    section: "5.1.1",
    name: "an even stream identifier",
    send: (c) => void c.request(2),
    outcome: { connection: [protocol] },
  },
  {
    section: "5.1.1",
    name: "a stream identifier smaller than before",
    send: (c) => void c.request(5).request(3),
    outcome: { connection: [protocol] },
  },
  {
    section: "5.1.2",
    name: "more streams than allowed",
    send(c) {
      for (let id = 0; id <= 100; id++) c.send(headers, endHeaders, id * 2 + 1, post);
    },
    outcome: { stream: [protocol, refused] },
  },
  {
    section: "5.3.1",
    name: "a stream that depends on itself",
    send: (c) =>
      void c.send(
        headers,
        endHeaders | endStream | flag.priority,
        1,
        Buffer.concat([uint32(1), Buffer.from([255]), get]),
      ),
    outcome: { stream: [protocol] },
  },
  {
    section: "5.3.1",
    name: "PRIORITY that depends on itself",
    send: (c) => void c.send(priority, 0, 1, Buffer.concat([uint32(1), Buffer.from([255])])),
    outcome: { stream: [protocol] },
  },
  {
    section: "5.5",
    name: "an unknown frame in a header block",
    send: (c) => void c.send(headers, endStream, 1, get).send(0x16, 0, 0, many(8)),
    outcome: { connection: [protocol] },
  },
  { section: "6.1", name: "DATA on stream 0", send: (c) => void c.data(0, "x"), outcome: { connection: [protocol] } },
  {
    section: "6.1",
    name: "DATA with too much padding",
    send: (c) => void c.send(headers, endHeaders, 1, post).send(data, padded | endStream, 1, Buffer.from([6, 1, 2, 3])),
    outcome: { connection: [protocol] },
  },
  { section: "6.2", name: "HEADERS on stream 0", send: (c) => void c.request(0), outcome: { connection: [protocol] } },
  {
    section: "6.2",
    name: "HEADERS with too much padding",
    send: (c) => void c.send(headers, padded | endHeaders | endStream, 1, Buffer.concat([Buffer.from([255]), get])),
    outcome: { connection: [protocol] },
  },
  {
    section: "6.3",
    name: "PRIORITY on stream 0",
    send: (c) => void c.send(priority, 0, 0, many(5)),
    outcome: { connection: [protocol] },
  },
  {
    section: "6.3",
    name: "PRIORITY of four bytes",
    send: (c) => void c.send(headers, endHeaders, 1, post).send(priority, 0, 1, many(4)),
    outcome: { stream: [frameSize] },
  },
  {
    section: "6.4",
    name: "RST_STREAM on stream 0",
    send: (c) => void c.rst(0, 8),
    outcome: { connection: [protocol] },
  },
  {
    section: "6.4",
    name: "RST_STREAM of three bytes",
    send: (c) => void c.send(headers, endHeaders, 1, post).send(rst, 0, 1, many(3)),
    outcome: { connection: [frameSize] },
  },
  {
    section: "6.5",
    name: "SETTINGS with ACK and content",
    send: (c) => void c.send(settings, ack, 0, many(1)),
    outcome: { connection: [frameSize] },
  },
  {
    section: "6.5",
    name: "SETTINGS on a stream",
    send: (c) => void c.send(settings, 0, 1, setting(3, 100)),
    outcome: { connection: [protocol] },
  },
  {
    section: "6.5",
    name: "SETTINGS of three bytes",
    send: (c) => void c.send(settings, 0, 0, many(3)),
    outcome: { connection: [frameSize] },
  },
  {
    section: "6.5.2",
    name: "SETTINGS_ENABLE_PUSH of 2",
    send: (c) => void c.send(settings, 0, 0, setting(2, 2)),
    outcome: { connection: [protocol] },
  },
  {
    section: "6.5.2",
    name: "SETTINGS_INITIAL_WINDOW_SIZE above 2^31-1",
    send: (c) => void c.send(settings, 0, 0, setting(4, 2 ** 31)),
    outcome: { connection: [flowControl] },
  },
  {
    section: "6.5.2",
    name: "SETTINGS_MAX_FRAME_SIZE below 2^14",
    send: (c) => void c.send(settings, 0, 0, setting(5, 16_383)),
    outcome: { connection: [protocol] },
  },
  {
    section: "6.5.2",
    name: "SETTINGS_MAX_FRAME_SIZE above 2^24-1",
    send: (c) => void c.send(settings, 0, 0, setting(5, 2 ** 24)),
    outcome: { connection: [protocol] },
  },
  {
    section: "6.5.2",
    name: "an unknown setting",
    send: (c) => void c.send(settings, 0, 0, setting(0xff, 1)),
    outcome: "ping",
  },
  {
    section: "6.6",
    name: "PUSH_PROMISE of a client",
    send: (c) => void c.request(1).send(pushPromise, endHeaders, 1, Buffer.concat([uint32(2), get])),
    outcome: { connection: [protocol] },
  },
  {
    section: "6.7",
    name: "PING with ACK that nobody asked for",
    send: (c) => void c.send(ping, ack, 0, many(8)),
    outcome: "ping",
  },
  {
    section: "6.7",
    name: "PING on a stream",
    send: (c) => void c.send(ping, 0, 1, many(8)),
    outcome: { connection: [protocol] },
  },
  {
    section: "6.7",
    name: "PING of six bytes",
    send: (c) => void c.send(ping, 0, 0, many(6)),
    outcome: { connection: [frameSize] },
  },
  {
    section: "6.8",
    name: "GOAWAY on a stream",
    send: (c) => void c.send(goAway, 0, 1, Buffer.alloc(8)),
    outcome: { connection: [protocol] },
  },
  {
    section: "6.9",
    name: "WINDOW_UPDATE of 0 for the connection",
    send: (c) => void c.windowUpdate(0, 0),
    outcome: { connection: [protocol] },
  },
  {
    section: "6.9",
    name: "WINDOW_UPDATE of 0 for a stream",
    send: (c) => void c.send(headers, endHeaders, 1, post).windowUpdate(1, 0),
    outcome: { stream: [protocol] },
  },
  {
    section: "6.9",
    name: "WINDOW_UPDATE of three bytes",
    send: (c) => void c.send(windowUpdate, 0, 0, many(3)),
    outcome: { connection: [frameSize] },
  },
  {
    section: "6.9.1",
    name: "a connection's window above 2^31-1",
    send: (c) => void c.windowUpdate(0, 2 ** 31 - 1).windowUpdate(0, 2 ** 31 - 1),
    outcome: { connection: [flowControl] },
  },
  {
    section: "6.9.1",
    name: "a stream's window above 2^31-1",
    send: (c) =>
      void c
        .send(headers, endHeaders, 1, post)
        .windowUpdate(1, 2 ** 31 - 1)
        .windowUpdate(1, 2 ** 31 - 1),
    outcome: { stream: [flowControl] },
  },
  {
    section: "6.10",
    name: "CONTINUATION on stream 0",
    send: (c) =>
      void c.send(headers, endStream, 1, get.subarray(0, 20)).send(continuation, endHeaders, 0, get.subarray(20)),
    outcome: { connection: [protocol] },
  },
  {
    section: "6.10",
    name: "two CONTINUATIONs",
    send: (c) =>
      void c
        .send(headers, endStream, 1, get.subarray(0, 20))
        .send(continuation, 0, 1, get.subarray(20, 40))
        .send(continuation, endHeaders, 1, get.subarray(40)),
    outcome: "answer",
  },
  {
    section: "6.10",
    name: "DATA behind HEADERS without END_HEADERS",
    send: (c) => void c.send(headers, 0, 1, post).data(1, "x", true),
    outcome: { connection: [protocol] },
  },
  {
    section: "8.1",
    name: "a second HEADERS without END_STREAM",
    send: (c) => void c.send(headers, endHeaders, 1, post).send(headers, endHeaders, 1, headerBlock({ a: "b" })),
    outcome: { stream: [protocol] },
  },
  {
    section: "8.1",
    name: "trailers",
    send: (c) =>
      void c
        .send(headers, endHeaders, 1, post)
        .data(1, "x")
        .send(headers, endHeaders | endStream, 1, headerBlock({ a: "b" })),
    outcome: "answer",
  },
  {
    section: "8.1",
    name: "a pseudo-field in trailers",
    send: (c) =>
      void c
        .send(headers, endHeaders, 1, post)
        .data(1, "x")
        .send(headers, endHeaders | endStream, 1, headerBlock({ ":method": "GET" })),
    outcome: { stream: [protocol] },
  },
  {
    section: "8.1.1",
    name: "less than Content-Length",
    send: (c) =>
      void c
        .send(headers, endHeaders, 1, headerBlock({ ...plainGet, ":method": "POST", "content-length": "2" }))
        .data(1, "x", true),
    outcome: { stream: [protocol] },
  },
  {
    section: "8.1.1",
    name: "more than Content-Length",
    send: (c) =>
      void c
        .send(headers, endHeaders, 1, headerBlock({ ...plainGet, ":method": "POST", "content-length": "1" }))
        .data(1, "x")
        .data(1, "x", true),
    outcome: { stream: [protocol] },
  },
  ...(
    [
      ["8.2.1", "a name in upper case", { "X-Test": "ok" }],
      ["8.2.2", "Connection", { connection: "keep-alive" }],
      ["8.2.2", "Transfer-Encoding", { "transfer-encoding": "chunked" }],
      ["8.2.2", "TE other than trailers", { te: "trailers, deflate;q=0.5" }],
      ["8.3", "a pseudo-field that is not defined", { ":test": "ok" }],
      ["8.3", "a pseudo-field of responses", { ":status": "200" }],
      ["8.3.1", "an empty :path", { ":path": "" }],
      ["8.3.1", "a second :method", { ":method": ["GET", "GET"] }],
      ["8.3.1", "a second :path", { ":path": ["/", "/"] }],
    ] as readonly (readonly [string, string, Fields])[]
  ).map(([section, name, fields]): Case => ({
    section,
    name,
    send: (c) => void c.request(1, fields),
    outcome: { stream: [protocol] },
  })),
  ...[":method", ":scheme", ":path"].map((left): Case => ({
    section: "8.3.1",
    name: `no ${left}`,
    send: (c) =>
      void c.send(
        headers,
        endHeaders | endStream,
        1,
        headerBlock(Object.fromEntries(Object.entries(plainGet).filter(([name]) => name !== left))),
      ),
    outcome: { stream: [protocol] },
  })),
  {
    section: "8.3",
    name: "a pseudo-field behind a field",
    send: (c) => void c.send(headers, endHeaders | endStream, 1, Buffer.concat([headerBlock({ a: "b" }), get])),
    outcome: { stream: [protocol] },
  },
  {
    section: "RFC 7541 2.3.3",
    name: "an index that is not there",
    send: (c) => void c.send(headers, endHeaders | endStream, 1, Buffer.concat([get, Buffer.from([0xff, 0])])),
    outcome: { connection: [compression] },
  },
  {
    section: "RFC 7541 4.2",
    name: "a table size at the block's end",
    send: (c) => void c.send(headers, endHeaders | endStream, 1, Buffer.concat([get, Buffer.from([0x21])])),
    outcome: { connection: [compression] },
  },
  {
    section: "RFC 7541 6.3",
    name: "a table size above the limit",
    send: (c) =>
      void c.send(headers, endHeaders | endStream, 1, Buffer.concat([Buffer.from([0x3f, 0xe1, 0xff, 3]), get])),
    outcome: { connection: [compression] },
  },
  {
    section: "RFC 7541 5.2",
    name: "Huffman padding of a whole byte",
    send: (c) =>
      void c.send(
        headers,
        endHeaders | endStream,
        1,
        Buffer.concat([get, Buffer.from([0, 1, 0x61, 0x81 + 1, 0x1f, 0xff])]),
      ),
    outcome: { connection: [compression] },
  },
];

/**
 * What node:http2 (20.20) does otherwise, and nothing above it can change: it takes no notice of frames on streams that
 * are closed, and ends the connection for a PING's ACK that it did not ask for. Both are harmless.
 */
const known: ReadonlyMap<string, "ping" | "closed"> = new Map([
  ["5.1 closed: DATA behind a RST_STREAM of its own", "ping"],
  ["5.1 closed: HEADERS behind a RST_STREAM of its own", "ping"],
  ["5.1 closed: DATA once both sides have ended", "ping"],
  ["5.1 closed: HEADERS once both sides have ended", "ping"],
  ["5.1.1: a stream identifier smaller than before", "ping"],
  ["6.7: PING with ACK that nobody asked for", "closed"],
]);

interface Seen {
  readonly kind: "stream" | "connection";
  readonly code: number;
}

function seen(client: H2Frames): Seen[] {
  return client.frames.flatMap(({ type, payload }): Seen[] => {
    if (type === goAway) return [{ kind: "connection", code: payload.readUInt32BE(4) }];
    return type === rst ? [{ kind: "stream", code: payload.readUInt32BE(0) }] : [];
  });
}

/**
 * All that was sent before is dealt with once this is answered, or the connection has ended. Node's own GOAWAY with
 * INTERNAL_ERROR is followed by that end; the others leave it to the idle time-out.
 */
async function settled(client: H2Frames): Promise<void> {
  const probe = Buffer.from("conforms");
  client.send(ping, 0, 0, probe);
  const answer = (): boolean =>
    client.frames.some(
      ({ type, payload }) =>
        (type === ping && payload.equals(probe)) || (type === goAway && payload.readUInt32BE(4) !== internal),
    );
  await client.until(({ ended, closed }) => ended || closed || answer());
}

async function observed(client: H2Frames, allowed: Outcome): Promise<void> {
  if (allowed === "answer") {
    await client.frame(({ type, stream }) => type === headers && stream === 1);
    return;
  }
  await settled(client);
  const found = seen(client);
  const gone = client.ended || client.closed;
  if (allowed === "ping") assert.deepEqual([found.filter(({ kind }) => kind === "connection"), gone], [[], false]);
  else if (allowed === "closed") assert.ok(gone);
  else if ("stream" in allowed) {
    assert.ok(gone || found.some(({ code }) => allowed.stream.includes(code)), JSON.stringify(found));
  } else {
    const named = found.some(({ kind, code }) => kind === "connection" && allowed.connection.includes(code));
    assert.ok(gone || named, JSON.stringify(found));
  }
}

describe("HTTP/2, frame by frame", () => {
  for (const frames of cases) {
    const { section, name, outcome } = frames;
    const title = `${section}: ${name}`;
    const deviates = known.get(title);
    it(`${title}${deviates === undefined ? "" : " (deviates)"}`, async (t) => {
      const site = await startH2Site(t, { members: [section === "5.1.2" ? null : always(ok)] });
      const client = await site.frames();
      await frames.send(client);
      await observed(client, deviates ?? outcome);
    });
  }

  it("settings are acknowledged, a PING is answered with its content", async (t) => {
    const client = await (await startH2Site(t)).frames();
    client.write(frameBytes(ping, 0, 0, Buffer.from("12345678")));
    const { flags, payload } = await client.frame(({ type }) => type === ping);
    assert.deepEqual([flags, payload.toString()], [ack, "12345678"]);
  });
});
