import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connectionEstablished, outAccepted, virtualConnectionCookie } from "./connection-packets.ts";
import { encodeRts, readRts, rtsCommand, rtsFlag, uint32 } from "./rts-pdu.ts";

const cookie = Buffer.from("00112233445566778899aabbccddeeff", "hex");

describe("RTS packets", () => {
  it("are byte for byte those of MS-RPCH", () => {
    assert.equal(encodeRts(rtsFlag.ping).toString("hex"), "0500140310000000140000000000000001000000");
    assert.equal(encodeRts(rtsFlag.echo).toString("hex"), "0500140310000000140000000000000040000000");
    assert.equal(outAccepted.toString("hex"), "05001403100000001c000000000000000000010002000000c0d40100");
    assert.equal(connectionEstablished.length, 44);
  });

  it("find the cookie of a CONN/A1", () => {
    const packet = encodeRts(rtsFlag.none, [
      { type: rtsCommand.version, value: uint32(1) },
      { type: rtsCommand.cookie, value: cookie },
      { type: rtsCommand.cookie, value: Buffer.alloc(16) },
      { type: rtsCommand.receiveWindowSize, value: uint32(262_144) },
    ]);
    assert.equal(packet.length, 76);
    assert.equal(virtualConnectionCookie(packet), cookie.toString("hex"));
  });

  it("are refused where a command ends behind the packet", () => {
    const packet = encodeRts(rtsFlag.none, [{ type: rtsCommand.cookie, value: cookie }]);
    assert.equal(readRts(packet.subarray(0, 30)), null);
    assert.equal(readRts(encodeRts(rtsFlag.none, [{ type: 99, value: cookie }])), null);
  });
});
