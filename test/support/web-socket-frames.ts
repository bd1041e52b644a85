/** Frames of RFC 6455 5.2, right and wrong ones. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly fin?: boolean;
  /** RSV1 to RSV3 as the three bits of a number, RSV1 the highest. */
  readonly reserved?: number;
}

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The same each time, so that what arrives can be compared byte by byte. */
const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** As a client must send it: masked. */
export function clientFrame({ opcode: code, payload, fin = true, reserved = 0 }: Frame): Buffer {
  const first = (fin ? 0x80 : 0) | (reserved << 4) | code;
  return Buffer.concat([Buffer.from([first]), lengthOf(payload.length), mask, masked(payload)]);
}

function lengthOf(length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | length]);
  const bytes = Buffer.alloc(length < 65_536 ? 3 : 9);
  bytes[0] = 0x80 | (length < 65_536 ? 126 : 127);
  if (length < 65_536) bytes.writeUInt16BE(length, 1);
  else bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

function masked(payload: Buffer): Buffer {
  const bytes = Buffer.from(payload);
  for (let at = 0; at < bytes.length; at++) bytes[at] = (bytes[at] ?? 0) ^ (mask[at & 3] ?? 0);
  return bytes;
}

/** The payload of a Close: a code, then the reason. */
export function closePayload(code: number, reason: string | Buffer = ""): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(code);
  return Buffer.concat([bytes, Buffer.from(reason)]);
}

/** The length of the frame of a server that begins here, as far as that can be told; what is missing is needed first. */
function frameLength(bytes: Buffer): { readonly head: number; readonly whole: number } {
  const short = (bytes[1] ?? 0) & 0x7f;
  const head = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < head) return { head, whole: head };
  const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  return { head, whole: head + length };
}

/** Reads the frames of a server from the pieces in which they come. */
export class FrameReader {
  readonly frames: Frame[] = [];
  #pieces: Buffer[] = [];
  #length = 0;
  #needed = 2;

  add(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length >= this.#needed) this.#read();
  }

  #read(): void {
    let rest = Buffer.concat(this.#pieces);
    for (;;) {
      const { head, whole } = frameLength(rest);
      this.#needed = Math.max(whole, 2);
      if (rest.length < this.#needed) break;
      const first = rest[0] ?? 0;
      const payload = rest.subarray(head, whole);
      this.frames.push({ opcode: first & 0xf, payload, fin: (first & 0x80) !== 0, reserved: (first >> 4) & 7 });
      rest = rest.subarray(whole);
    }
    this.#pieces = [rest];
    this.#length = rest.length;
  }
}
