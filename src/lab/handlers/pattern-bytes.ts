const blockBytes = 64 * 1024;

/** Looks random, is always the same. */
const block = Buffer.alloc(blockBytes);
let word = 0x2545_f491;
for (let at = 0; at < blockBytes; at += 4) {
  word ^= word << 13;
  word ^= word >>> 17;
  word ^= word << 5;
  block.writeInt32LE(word, at);
}

/** The bytes [start, end) of an endless, repeating file, in pieces. */
export function* patternBytes(start: number, end: number): Generator<Buffer> {
  for (let at = start; at < end;) {
    const from = at % blockBytes;
    const length = Math.min(blockBytes - from, end - at);
    yield block.subarray(from, from + length);
    at += length;
  }
}
