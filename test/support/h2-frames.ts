import type { TLSSocket } from "node:tls";
import { RawEnd } from "./raw-end.ts";

export const frameType = {
  data: 0,
  headers: 1,
  priority: 2,
  rst: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const flag = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const;

export const errorCode = {
  none: 0,
  protocol: 1,
  internal: 2,
  flowControl: 3,
  streamClosed: 5,
  frameSize: 6,
  refused: 7,
  cancel: 8,
  compression: 9,
  enhanceYourCalm: 11,
  http11Required: 13,
} as const;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** A client's end of an HTTP/2 connection, frame by frame: whatever a test wants to send, and what comes back. */
export class H2Frames extends RawEnd {
  readonly #frames: Frame[] = [];
  #parsed = 0;

  constructor(socket: TLSSocket) {
    super(socket, "the HTTP/2 client");
  }

  /** All that have come so far. */
  get frames(): readonly Frame[] {
    for (;;) {
      const rest = this.received.subarray(this.#parsed);
      const length = rest.length < 9 ? 0 : rest.readUIntBE(0, 3);
      if (rest.length < 9 + length) return this.#frames;
      this.#parsed += 9 + length;
      this.#frames.push({
        type: rest.readUInt8(3),
        flags: rest.readUInt8(4),
        stream: rest.readUInt32BE(5) & 0x7fff_ffff,
        payload: rest.subarray(9, 9 + length),
      });
    }
  }

  async begin(settings: Buffer = Buffer.alloc(0)): Promise<void> {
    this.write(preface).send(frameType.settings, 0, 0, settings);
    await this.frame(({ type, flags }) => type === frameType.settings && flags === flag.ack);
    this.send(frameType.settings, flag.ack, 0);
  }

  /** Not in the middle of a frame that shall still be seen. */
  override clear(): void {
    super.clear();
    this.#parsed = 0;
  }

  send(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): this {
    return this.write(frameBytes(type, flags, stream, payload));
  }

  /** A request without a body unless `more`. */
  request(stream: number, fields: Fields = {}, more = false): this {
    const flags = flag.endHeaders | (more ? 0 : flag.endStream);
    return this.send(frameType.headers, flags, stream, headerBlock({ ...plainGet, ...fields }));
  }

  rst(stream: number, code: number): this {
    return this.send(frameType.rst, 0, stream, uint32(code));
  }

  data(stream: number, bytes: Buffer | string, end = false): this {
    return this.send(frameType.data, end ? flag.endStream : 0, stream, Buffer.from(bytes));
  }

  windowUpdate(stream: number, increment: number): this {
    return this.send(frameType.windowUpdate, 0, stream, uint32(increment));
  }

  /** The first frame that fits, once it is there. */
  async frame(fits: (frame: Frame) => boolean): Promise<Frame> {
    await this.until(() => this.frames.some(fits));
    const found = this.frames.find(fits);
    if (found === undefined) throw new Error("a frame is gone");
    return found;
  }

  /** The code of the GOAWAY; rejects where the connection ends without one. */
  async goAway(): Promise<number> {
    const { payload } = await this.frame(({ type }) => type === frameType.goAway);
    return payload.readUInt32BE(4);
  }

  async resetCode(stream: number): Promise<number> {
    const found = await this.frame((frame) => frame.type === frameType.rst && frame.stream === stream);
    return found.payload.readUInt32BE(0);
  }

  /** The first byte of a stream's header block: 0x88 is status 200, 0x8c is 400. */
  async headersOf(stream: number): Promise<Buffer> {
    return (await this.frame((frame) => frame.type === frameType.headers && frame.stream === stream)).payload;
  }
}

export type Fields = Readonly<Record<string, string | readonly string[]>>;

export const plainGet: Fields = {
  ":method": "GET",
  ":scheme": "https",
  ":path": "/",
  ":authority": "mail.example.test",
};

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function frameBytes(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** HPACK without any compression: literals that are not indexed (RFC 7541 6.2.2). */
export function headerBlock(fields: Fields): Buffer {
  return Buffer.concat(
    Object.entries(fields).flatMap(([name, values]) =>
      [values].flat().map((value) => Buffer.concat([Buffer.from([0]), text(name), text(value)])),
    ),
  );
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "latin1");
  return Buffer.concat([integer(bytes.length), bytes]);
}

/** With a 7-bit prefix (RFC 7541 5.1). */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}
