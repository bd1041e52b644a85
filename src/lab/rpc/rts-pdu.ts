/** RPC over HTTP's own packets ([MS-RPCH] 2.2.3.6, 2.2.4) in the frame of a DCE RPC packet (C706 12.6.1). */
export const rtsFlag = { none: 0x0000, ping: 0x0001, otherCommand: 0x0002, echo: 0x0040 } as const;

export const packetType = { request: 0, response: 2, bind: 11, bindAck: 12, rts: 20 } as const;

export const rtsCommand = {
  receiveWindowSize: 0,
  connectionTimeout: 2,
  cookie: 3,
  channelLifetime: 4,
  clientKeepalive: 5,
  version: 6,
  associationGroupId: 12,
} as const;

export interface RtsCommand {
  readonly type: number;
  readonly value: Buffer;
}

export interface RtsPacket {
  readonly flags: number;
  readonly commands: readonly RtsCommand[];
}

const headerBytes = 20;
/** Bytes behind a command's type, by type; padding and client address tell their own. */
const commandBytes = [4, 24, 4, 16, 4, 4, 4, 0, -1, 0, 0, -1, 16, 4, 4];

export function encodeRts(flags: number, commands: readonly RtsCommand[] = []): Buffer {
  const body = Buffer.concat(commands.map(({ type, value }) => Buffer.concat([uint32(type), value])));
  const header = packetHeader(packetType.rts, headerBytes + body.length, 0);
  return Buffer.concat([header, uint16(flags), uint16(commands.length), body]);
}

/** The first 16 bytes of any packet: version 5.0, first and last fragment, little-endian. */
export function packetHeader(type: number, length: number, callId: number): Buffer {
  const header = Buffer.from([5, 0, type, 3, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt16LE(length, 8);
  header.writeUInt32LE(callId, 12);
  return header;
}

/** null = no RTS packet, or malformed. */
export function readRts(packet: Buffer): RtsPacket | null {
  if (packet.length < headerBytes || packet[2] !== packetType.rts) return null;
  const commands: RtsCommand[] = [];
  let at = headerBytes;
  for (let count = packet.readUInt16LE(18); count > 0; count--) {
    if (at + 4 > packet.length) return null;
    const type = packet.readUInt32LE(at);
    const length = commandLength(packet, type, at + 4);
    if (length === null || at + 4 + length > packet.length) return null;
    commands.push({ type, value: packet.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return { flags: packet.readUInt16LE(16), commands };
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function commandLength(packet: Buffer, type: number, at: number): number | null {
  const length = commandBytes[type];
  if (length !== -1) return length ?? null;
  if (at + 4 > packet.length) return null;
  const first = packet.readUInt32LE(at);
  // Padding counts its bytes; an address is IPv4 or IPv6, and 12 bytes of nothing.
  if (type === 8) return 4 + first;
  return 4 + (first === 0 ? 4 : 16) + 12;
}
