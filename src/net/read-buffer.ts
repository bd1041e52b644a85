const ringBytes = 128 * 1024;
/** From this on a read is taken for the beginning of a large body. Also the least that is offered for a read: a TLS record. */
const largeRead = 16 * 1024;

/** Memory for the reads that bring little: its bytes are copied at once, so all connections to a member share it. */
export function readScratch(): Buffer {
  return Buffer.allocUnsafeSlow(64 * 1024);
}

/**
 * The memory that one connection is read into, again and again: a new buffer for each read costs the garbage collector
 * more than all the rest that is done for a large body. A connection has memory of its own only while one flows.
 */
export class ReadBuffer {
  /** Where the next read goes. */
  memory: Buffer;
  readonly #scratch: Buffer;
  /** `memory` is a part of it. */
  #ring: Buffer | null = null;
  /** Where `memory` begins in the ring, and the oldest bytes that may still be referred to. */
  #next = 0;
  #oldest = 0;

  constructor(scratch: Buffer) {
    this.#scratch = scratch;
    this.memory = scratch;
  }

  /** The bytes of the present read. `free`: nobody refers to those of earlier ones any more. */
  bytes(length: number, free: boolean): Buffer {
    const bytes = this.memory.subarray(0, length);
    if (this.#ring === null) return Buffer.from(bytes);
    if (free) this.#oldest = this.#next;
    return bytes;
  }

  /** Makes room for the next read. `held`: what came so far may still be referred to. `more`: the body goes on. */
  renew(length: number, held: boolean, more: boolean): void {
    if (!more) this.#rest();
    else if (this.#ring === null) this.#begin(length);
    else if (held) this.#advance(this.#ring, length);
    else if (this.#next !== 0) this.#use(this.#ring, 0, ringBytes);
  }

  #rest(): void {
    this.#ring = null;
    this.memory = this.#scratch;
  }

  #begin(length: number): void {
    if (length >= largeRead) this.#useNew();
  }

  #useNew(): void {
    this.#oldest = 0;
    this.#use(Buffer.allocUnsafeSlow(ringBytes), 0, ringBytes);
  }

  #use(ring: Buffer, start: number, end: number): void {
    this.#ring = ring;
    this.#next = start;
    this.memory = ring.subarray(start, end);
  }

  /** Behind the present bytes, or before the oldest; where neither has room, the ring is left to those who refer to it. */
  #advance(ring: Buffer, length: number): void {
    const behind = this.#next + length;
    const wrapped = this.#next < this.#oldest;
    if (!wrapped && ringBytes - behind >= largeRead) this.#use(ring, behind, ringBytes);
    else if (!wrapped && this.#oldest >= largeRead) this.#use(ring, 0, this.#oldest);
    else if (wrapped && this.#oldest - behind >= largeRead) this.#use(ring, behind, this.#oldest);
    else this.#useNew();
  }
}
