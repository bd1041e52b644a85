import { describe, it } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { ReadBuffer, readScratch } from "./read-buffer.ts";

interface Held {
  readonly bytes: Buffer;
  readonly expected: Buffer;
}

/** A read as a socket makes it: into the beginning of the memory that is offered. */
function read(buffer: ReadBuffer, fill: number, wanted: number, free: boolean): Held {
  const length = Math.min(wanted, buffer.memory.length);
  buffer.memory.fill(fill, 0, length);
  return { bytes: buffer.bytes(length, free), expected: Buffer.alloc(length, fill) };
}

function assertUntouched(held: readonly Held[]): void {
  for (const { bytes, expected } of held) assert.equal(Buffer.compare(bytes, expected), 0);
}

describe("the memory of reads", () => {
  it("is never written again while somebody may refer to it, whatever comes when", () => {
    const step = fc.record({
      length: fc.oneof(fc.integer({ min: 1, max: 200_000 }), fc.constant(16_384), fc.constant(65_536)),
      // What is written to the client leaves it: before the read, at once, or later.
      drained: fc.boolean(),
      held: fc.boolean(),
      more: fc.integer({ min: 0, max: 9 }).map((chance) => chance > 0),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const buffer = new ReadBuffer(readScratch());
        let held: Held[] = [];
        steps.forEach(({ length, drained, held: keeps, more }, index) => {
          if (drained) held = [];
          const present = read(buffer, index + 1, length, held.length === 0);
          held.push(present);
          assertUntouched(held);
          if (!keeps) held = [];
          buffer.renew(present.bytes.length, held.length > 0, more);
        });
        assertUntouched(held);
      }),
    );
  });

  it("is used again and again for a body whose bytes are passed on at once", () => {
    const buffer = new ReadBuffer(readScratch());
    buffer.renew(read(buffer, 1, 65_536, true).bytes.length, false, true);
    const { buffer: first } = buffer.memory;
    for (let reads = 0; reads < 10; reads++) {
      buffer.renew(read(buffer, 1, 65_536, true).bytes.length, false, true);
      assert.equal(buffer.memory.buffer, first);
    }
  });

  it("is also used again where each read has left before the next one comes", () => {
    const buffer = new ReadBuffer(readScratch());
    buffer.renew(read(buffer, 1, 65_536, true).bytes.length, true, true);
    const { buffer: first } = buffer.memory;
    for (let reads = 0; reads < 10; reads++) {
      buffer.renew(read(buffer, 1, 65_536, true).bytes.length, true, true);
      assert.equal(buffer.memory.buffer, first);
    }
  });

  it("always has room for a TLS record", () => {
    const buffer = new ReadBuffer(readScratch());
    for (let reads = 0; reads < 50; reads++) {
      assert.ok(buffer.memory.length >= 16_384);
      buffer.renew(read(buffer, 1, 16_384, reads % 3 === 0).bytes.length, true, true);
    }
  });

  it("is the shared one between bodies, and what was read there is copied", () => {
    const scratch = readScratch();
    const buffer = new ReadBuffer(scratch);
    const held = [read(buffer, 1, 65_536, true)];
    buffer.renew(65_536, true, true);
    assert.notEqual(buffer.memory.buffer, scratch.buffer);
    buffer.renew(10, true, false);
    assert.equal(buffer.memory, scratch);
    scratch.fill(2);
    assertUntouched(held);
  });
});
