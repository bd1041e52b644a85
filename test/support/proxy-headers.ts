import { crc32c } from "../../src/http/crc32c.ts";

const signature = "\r\n\r\n\0\r\nQUIT\n";

interface HeaderV2 {
  /** Version and command. */
  readonly command?: number;
  readonly family?: number;
  readonly addresses?: Buffer;
  /** Type and value. */
  readonly fields?: readonly (readonly [number, Buffer])[];
  /** Instead of the right one. */
  readonly length?: number;
}

export const tcp4 = Buffer.from([192, 0, 2, 7, 198, 51, 100, 1, 0xdd, 0xd5, 0x01, 0xbb]);

/** A header of the PROXY protocol, version 2; of 192.0.2.7:56789 to 198.51.100.1:443 unless told otherwise. */
export function proxyV2({
  command = 0x21,
  family = 0x11,
  addresses = tcp4,
  fields = [],
  length,
}: HeaderV2 = {}): Buffer {
  const added = fields.flatMap(([type, value]) => [Buffer.from([type, value.length >> 8, value.length & 255]), value]);
  const rest = Buffer.concat([addresses, ...added]);
  const start = Buffer.from(`${signature}....`, "latin1");
  start[12] = command;
  start[13] = family;
  start.writeUInt16BE(length ?? rest.length, 14);
  return Buffer.concat([start, rest]);
}

/** The same with its checksum behind everything else. */
export function withChecksum(header: HeaderV2): Buffer {
  const bytes = proxyV2({ ...header, fields: [...(header.fields ?? []), [0x03, Buffer.alloc(4)]] });
  bytes.writeUInt32BE(crc32c(bytes), bytes.length - 4);
  return bytes;
}
