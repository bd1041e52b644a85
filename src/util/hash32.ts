/** A text as an unsigned 32-bit number, the same everywhere and for ever: MurmurHash3 x86_32 of its UTF-16LE, seed 0. */
export function hash32(text: string): number {
  const whole = text.length - (text.length % 2);
  let hash = 0;
  for (let index = 0; index < whole; index += 2) {
    hash = addBlock(hash, text.charCodeAt(index) | (text.charCodeAt(index + 1) << 16));
  }
  if (whole < text.length) hash ^= scramble(text.charCodeAt(whole));
  return finish(hash ^ (text.length * 2));
}

/** Two 32-bit numbers as one, unsigned; their order matters. */
export function mix32(first: number, second: number): number {
  return finish(addBlock(first, second));
}

function addBlock(hash: number, block: number): number {
  const mixed = hash ^ scramble(block);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function scramble(block: number): number {
  const product = Math.imul(block, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

/** Makes every bit depend on all others. */
function finish(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}
