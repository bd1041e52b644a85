const headerBytes = 16;

/** Cuts a stream of DCE RPC packets into packets; a stream that is none is given up and nothing more comes out of it. */
export class PacketSplitter {
  #rest: Buffer = Buffer.alloc(0);
  #givenUp = false;

  push(bytes: Buffer): Buffer[] {
    if (this.#givenUp) return [];
    const packets: Buffer[] = [];
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (rest.length >= headerBytes) {
      const length = rest.readUInt16LE(8);
      if (rest[0] !== 5 || length < headerBytes) {
        this.#givenUp = true;
        return packets;
      }
      if (rest.length < length) break;
      packets.push(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    this.#rest = rest;
    return packets;
  }
}
