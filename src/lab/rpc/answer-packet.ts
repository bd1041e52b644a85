import { encodeRts, packetHeader, packetType, readRts, rtsFlag, uint16, uint32 } from "./rts-pdu.ts";

const maxFragmentBytes = 5840;
/** NDR 2.0: the transfer syntax that every client offers. */
const ndr = Buffer.from("045d888aeb1cc9119fe808002b10486002000000", "hex");

/** What the RPC server behind the channels says to one packet of the client; null = nothing. Requests are echoed. */
export function answerPacket(packet: Buffer): Buffer | null {
  const callId = packet.readUInt32LE(12);
  switch (packet.readUInt8(2)) {
    case packetType.rts:
      return readRts(packet)?.flags === rtsFlag.ping ? encodeRts(rtsFlag.ping) : null;
    case packetType.bind:
      return bindAck(callId);
    case packetType.request:
      return packet.length < 24 ? null : echoed(callId, packet.subarray(24));
    default:
      return null;
  }
}

/** C706 12.6.4.4, with one accepted context. */
function bindAck(callId: number): Buffer {
  const address = Buffer.from("6001\0", "latin1");
  const body = Buffer.concat([
    uint16(maxFragmentBytes),
    uint16(maxFragmentBytes),
    uint32(0x1234),
    uint16(address.length),
    address,
    // To the next multiple of four.
    Buffer.alloc(1),
    Buffer.from([1, 0, 0, 0]),
    uint16(0),
    uint16(0),
    ndr,
  ]);
  return Buffer.concat([packetHeader(packetType.bindAck, 16 + body.length, callId), body]);
}

function echoed(callId: number, stub: Buffer): Buffer {
  const head = Buffer.concat([uint32(stub.length), uint16(0), Buffer.alloc(2)]);
  const header = packetHeader(packetType.response, 16 + head.length + stub.length, callId);
  return Buffer.concat([header, head, stub]);
}
