import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PacketSplitter } from "./packet-splitter.ts";
import { encodeRts, rtsFlag } from "./rts-pdu.ts";

const ping = encodeRts(rtsFlag.ping);

describe("PacketSplitter", () => {
  it("finds the packets however the bytes are split", () => {
    const stream = Buffer.concat([ping, ping, ping]);
    for (let size = 1; size <= stream.length; size++) {
      const splitter = new PacketSplitter();
      const packets: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) packets.push(...splitter.push(stream.subarray(at, at + size)));
      assert.deepEqual(packets, [ping, ping, ping], `split by ${size}`);
    }
  });

  it("gives up a stream that is no RPC", () => {
    const splitter = new PacketSplitter();
    assert.deepEqual(splitter.push(Buffer.from("just any bytes that trickle in")), []);
    assert.deepEqual(splitter.push(ping), []);
  });
});
