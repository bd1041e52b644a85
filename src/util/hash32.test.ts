import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hash32, mix32 } from "./hash32.ts";

/** Flips each bit of the input in turn; how often does each bit of the output flip? */
function assertAvalanche(name: string, bits: number, hash: (sample: number, flipped: number) => number): void {
  const samples = 4000;
  for (let bit = 0; bit < bits; bit++) {
    const flips = Array.from({ length: 32 }, () => 0);
    for (let sample = 0; sample < samples; sample++) {
      const changed = hash(sample, -1) ^ hash(sample, bit);
      for (let output = 0; output < 32; output++) flips[output]! += (changed >>> output) & 1;
    }
    for (const [output, count] of flips.entries()) {
      const share = count / samples;
      assert.ok(Math.abs(share - 0.5) < 0.05, `${name}: bit ${bit} flips bit ${output} in ${share} of all cases`);
    }
  }
}

function flip(number: number, bit: number): number {
  return bit === -1 ? number : number ^ (1 << bit);
}

/** A text that differs with each sample, with one bit flipped; -1 = none. */
function textOf(sample: number, bit: number): string {
  const units = [7, sample % 64, sample >> 6];
  if (bit !== -1) units[bit >> 4]! ^= 1 << (bit & 15);
  return String.fromCharCode(...units);
}

describe("hash32", () => {
  // The published vectors of MurmurHash3 x86_32 with an even number of bytes, these written as UTF-16LE.
  const vectors: readonly (readonly [string, number])[] = [
    ["", 0],
    ["\0", 0x30f4c306],
    ["\0\0", 0x2362f9de],
    ["\u4321", 0xa0f7b07a],
    ["\u4321\u8765", 0xf55b516b],
    ["\uffff\uffff", 0x76293b50],
    ["\u6574\u7473", 0xba6bd213],
  ];
  for (const [text, expected] of vectors) {
    it(`is ${expected.toString(16)} for ${JSON.stringify(text)}`, () => assert.equal(hash32(text), expected));
  }

  it("changes half of its bits with each bit of the text", () => {
    assertAvalanche("text", 48, (sample, bit) => hash32(textOf(sample, bit)));
  });

  it("spreads similar texts evenly", () => {
    const buckets = Array.from({ length: 64 }, () => 0);
    for (let number = 0; number < 64_000; number++) buckets[hash32(`/owa/?item=${number}`) % 64]! += 1;
    const chiSquare = buckets.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 63 degrees of freedom: more than 104 in one of a thousand cases.
    assert.ok(chiSquare < 104, `${chiSquare}`);
  });
});

describe("mix32", () => {
  it("changes half of its bits with each bit of both numbers", () => {
    assertAvalanche("first", 32, (sample, bit) => mix32(flip(hash32(`${sample}`), bit), 5));
    assertAvalanche("second", 32, (sample, bit) => mix32(hash32(`${sample}`), flip(5, bit)));
  });

  it("is unsigned and tells the two apart", () => {
    for (let number = 0; number < 1000; number++) {
      const mixed = mix32(number, 0xffffffff - number);
      assert.ok(Number.isInteger(mixed) && mixed >= 0 && mixed < 2 ** 32);
      assert.notEqual(mixed, mix32(0xffffffff - number, number));
    }
  });
});
