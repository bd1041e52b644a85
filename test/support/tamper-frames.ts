import { once } from "node:events";
import type { TestContext } from "node:test";
import { connect, createServer, type TLSSocket } from "node:tls";
import { errorCode, flag, frameBytes, frameType, uint32 } from "./h2-frames.ts";
import { portOf } from "./port-of.ts";

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** What is sent in a frame's place. */
type Tamper = (frame: Frame) => readonly Frame[];

/** A router that would do something wrong. */
export interface Tampering {
  readonly name: string;
  readonly group: string;
  /** The case that must find it. */
  readonly finds: string;
  readonly problem: RegExp;
  readonly toRouter?: Tamper;
  readonly toClient?: Tamper;
}

const { data, headers, rst, settings, ping, pushPromise } = frameType;
const initialWindowSize = 4;

function ofType(type: number, change: Tamper): Tamper {
  return (frame) => (frame.type === type ? change(frame) : [frame]);
}

function wideWindow({ payload, ...frame }: Frame): readonly Frame[] {
  const changed = Buffer.from(payload);
  for (let at = 0; at < changed.length; at += 6) {
    if (changed.readUInt16BE(at) === initialWindowSize) changed.writeUInt32BE(1 << 20, at + 2);
  }
  return [{ ...frame, payload: changed }];
}

function otherByte({ payload, ...frame }: Frame): readonly Frame[] {
  const changed = Buffer.from(payload);
  if (changed.length > 0) changed.writeUInt8(changed.readUInt8(0) ^ 1, 0);
  return [{ ...frame, payload: changed }];
}

const connectionField = Buffer.from("\0\x0aconnection\x05close");

export const tamperings: readonly Tampering[] = [
  {
    name: "a byte of a body is another one",
    group: "transfers",
    finds: "windows of 1000",
    problem: /other bytes/,
    toClient: ofType(data, otherByte),
  },
  {
    name: "more is sent than the window allows",
    group: "transfers",
    finds: "windows of 1000",
    problem: /FlowControlError/,
    toRouter: ofType(settings, wideWindow),
  },
  {
    name: "a piece of a body is lost",
    group: "transfers",
    finds: "POST without content-length",
    problem: /JSONDecodeError|InvalidBodyLengthError/,
    toClient: ofType(data, (frame) => [{ ...frame, payload: frame.payload.subarray(1) }]),
  },
  {
    name: "DATA behind the end of the stream",
    group: "transfers",
    finds: "windows of 1000",
    problem: /StreamClosedError|ProtocolError/,
    toClient: ofType(data, (frame) => (frame.flags & flag.endStream ? [frame, frame] : [frame])),
  },
  {
    name: "a response with `connection`",
    group: "transfers",
    finds: "GET",
    problem: /ProtocolError/,
    toClient: ofType(headers, (frame) => [{ ...frame, payload: Buffer.concat([frame.payload, connectionField]) }]),
  },
  {
    name: "a response twice",
    group: "transfers",
    finds: "GET",
    problem: /ProtocolError/,
    toClient: ofType(headers, (frame) => [frame, frame]),
  },
  {
    name: "a PUSH_PROMISE",
    group: "connections",
    finds: "push is never made",
    problem: /nothing that a server should send/,
    toClient: ofType(headers, (frame) => [
      { type: pushPromise, flags: flag.endHeaders, stream: frame.stream, payload: promise },
      frame,
    ]),
  },
  {
    name: "a PING's ACK with other bytes",
    group: "connections",
    finds: "PINGs are answered with what they carry",
    problem: /AssertionError/,
    toClient: ofType(ping, otherByte),
  },
  {
    name: "two ACKs of a SETTINGS",
    group: "connections",
    finds: "every SETTINGS is acknowledged, once",
    problem: /Error/,
    toClient: ofType(settings, (frame) => (frame.flags & flag.ack ? [frame, frame] : [frame])),
  },
  {
    name: "a table of HPACK's that is larger than allowed",
    group: "connections",
    finds: "SETTINGS_HEADER_TABLE_SIZE of 100",
    problem: /ProtocolError/,
    toRouter: ofType(settings, (frame) =>
      frame.flags & flag.ack ? [frame] : [{ ...frame, payload: largeTable(frame.payload) }],
    ),
  },
  {
    name: "another code of RST_STREAM",
    group: "streams",
    finds: "NTLM of a member: HTTP_1_1_REQUIRED",
    problem: /AssertionError/,
    toClient: ofType(rst, (frame) => [{ ...frame, payload: uint32(errorCode.protocol) }]),
  },
];

/** Stream 2, GET, https, / and an authority, all from HPACK's static table but the last. */
const promise = Buffer.concat([uint32(2), Buffer.from("\x82\x87\x84\x41\x04mail", "latin1")]);

function largeTable(payload: Buffer): Buffer {
  const changed = Buffer.from(payload);
  for (let at = 0; at < changed.length; at += 6) {
    if (changed.readUInt16BE(at) === 1) changed.writeUInt32BE(65_536, at + 2);
  }
  return changed;
}

/** Stands between the client and a router, and makes of its frames what a wrong one would send. Its port. */
export async function startTamperer(
  t: TestContext,
  { toRouter, toClient }: Tampering,
  { port, cert, key }: { port: number; cert: string; key: string },
): Promise<number> {
  const server = createServer({ cert, key, ALPNProtocols: ["h2"], noDelay: true }, (client) => {
    const target = { host: "127.0.0.1", port, servername: client.servername || "", ALPNProtocols: ["h2"] };
    const router = connect({ ...target, rejectUnauthorized: false });
    pass(client, router, preface.length, toRouter);
    pass(router, client, 0, toClient);
    t.after(() => {
      client.destroy();
      router.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return portOf(server);
}

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const frameHead = 9;

/** `ahead`: bytes before the first frame. */
function pass(from: TLSSocket, to: TLSSocket, ahead: number, tamper: Tamper = (frame) => [frame]): void {
  let rest = Buffer.alloc(0);
  let left = ahead;
  from.on("error", () => undefined);
  from.on("close", () => to.end());
  from.on("data", (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    if (left > 0) {
      to.write(rest.subarray(0, left));
      rest = rest.subarray(left);
      left = 0;
    }
    while (rest.length >= frameHead && rest.length >= frameHead + rest.readUIntBE(0, 3)) {
      const end = frameHead + rest.readUIntBE(0, 3);
      const payload = rest.subarray(frameHead, end);
      const frame = { type: rest.readUInt8(3), flags: rest.readUInt8(4), stream: rest.readUInt32BE(5), payload };
      for (const { type, flags, stream, payload: sent } of tamper(frame))
        to.write(frameBytes(type, flags, stream, sent));
      rest = rest.subarray(end);
    }
  });
}
