/** NTLM messages of [MS-NLMP] 2.2.1: the client's first and third, the server's second. */
export const ntlmSignature = Buffer.from("NTLMSSP\0", "latin1");

const flag = {
  unicode: 0x0000_0001,
  requestTarget: 0x0000_0004,
  ntlm: 0x0000_0200,
  alwaysSign: 0x0000_8000,
  targetTypeDomain: 0x0001_0000,
  extendedSessionSecurity: 0x0008_0000,
  targetInfo: 0x0080_0000,
  version: 0x0200_0000,
} as const;

const challengeFlags = Object.values(flag).reduce((all, one) => all + one, 0);
const challengeHeaderBytes = 56;
/** Windows Server 2012, NTLM revision 15. */
const version = Buffer.from([6, 2, 0xf0, 0x23, 0, 0, 0, 15]);
const millisecondsFrom1601To1970 = 11_644_473_600_000n;

export interface AuthenticateMessage {
  readonly user: string;
  readonly domain: string;
  readonly ntResponse: Buffer;
}

/** Who the challenging server says it is. */
export interface NtlmTarget {
  /** NetBIOS name of the domain, for example TAILSPINTOYS. */
  readonly domain: string;
  /** NetBIOS name of the server. */
  readonly computer: string;
  readonly fqdn: string;
}

/** 1 = negotiate, 2 = challenge, 3 = authenticate; 0 = no NTLM message. */
export function ntlmMessageType(message: Buffer): number {
  if (message.length < 12 || !message.subarray(0, 8).equals(ntlmSignature)) return 0;
  return message.readUInt32LE(8);
}

/** The second message; `challenge` has 8 bytes, `now` is in milliseconds since 1970. */
export function challengeMessage(target: NtlmTarget, challenge: Buffer, now: number): Buffer {
  const name = Buffer.from(target.domain, "utf16le");
  const pairs = targetPairs(target, now);
  const header = Buffer.alloc(challengeHeaderBytes);
  ntlmSignature.copy(header);
  header.writeUInt32LE(2, 8);
  writeField(header, 12, name.length, challengeHeaderBytes);
  header.writeUInt32LE(challengeFlags, 20);
  challenge.copy(header, 24);
  writeField(header, 40, pairs.length, challengeHeaderBytes + name.length);
  version.copy(header, 48);
  return Buffer.concat([header, name, pairs]);
}

/** The third message; null = malformed. */
export function readAuthenticateMessage(message: Buffer): AuthenticateMessage | null {
  if (message.length < 64 || ntlmMessageType(message) !== 3) return null;
  const ntResponse = readField(message, 20);
  const domain = readField(message, 28);
  const user = readField(message, 36);
  if (ntResponse === null || domain === null || user === null) return null;
  const encoding = (message.readUInt32LE(60) & flag.unicode) === 0 ? "latin1" : "utf16le";
  return { user: user.toString(encoding), domain: domain.toString(encoding), ntResponse };
}

/** [MS-NLMP] 2.2.2.1. */
function targetPairs(target: NtlmTarget, now: number): Buffer {
  const dnsDomain = target.fqdn.slice(target.fqdn.indexOf(".") + 1);
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE((BigInt(Math.floor(now)) + millisecondsFrom1601To1970) * 10_000n);
  return Buffer.concat([
    pair(2, Buffer.from(target.domain, "utf16le")),
    pair(1, Buffer.from(target.computer, "utf16le")),
    pair(4, Buffer.from(dnsDomain, "utf16le")),
    pair(3, Buffer.from(target.fqdn, "utf16le")),
    pair(5, Buffer.from(dnsDomain, "utf16le")),
    pair(7, time),
    pair(0, Buffer.alloc(0)),
  ]);
}

function pair(id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

function writeField(message: Buffer, at: number, length: number, offset: number): void {
  message.writeUInt16LE(length, at);
  message.writeUInt16LE(length, at + 2);
  message.writeUInt32LE(offset, at + 4);
}

function readField(message: Buffer, at: number): Buffer | null {
  const length = message.readUInt16LE(at);
  const offset = message.readUInt32LE(at + 4);
  return offset + length <= message.length ? message.subarray(offset, offset + length) : null;
}
