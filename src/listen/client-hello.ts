/** What a client says at the beginning of a TLS handshake, as far as the choice of a certificate depends on it. */
export interface ClientHello {
  /** The host name that it asks for (SNI), lower case; "" = none. */
  readonly name: string;
  /** It speaks TLS 1.3, where the cipher suite says nothing about the certificate. */
  readonly tls13: boolean;
  /** Of its cipher suites (RFC 8446 4.1.2), TLS 1.2 and older. */
  readonly suites: readonly number[];
  /** The signature schemes that it takes (RFC 8446 4.2.3); empty = it does not say. */
  readonly schemes: readonly number[];
  /** The curves that it knows (RFC 8446 4.2.7). */
  readonly groups: readonly number[];
}

/** A hello with post-quantum keys has 2 KiB. What is longer than this is not looked into. */
const maxHello = 32_768;

const handshakeRecord = 22;
const recordHeader = 5;
const messageHeader = 4;
const clientHello = 1;
const extension = { serverName: 0, supportedGroups: 10, signatureAlgorithms: 13, supportedVersions: 43 } as const;
const tls13 = 0x0304;

/** "more": it has not come completely; null: it is none that can be read, and OpenSSL will say so to the client. */
export function readClientHello(bytes: Buffer): ClientHello | "more" | null {
  const message = handshakeMessage(bytes);
  if (!Buffer.isBuffer(message)) return message;
  try {
    return readMessage(new Reader(message));
  } catch {
    return null;
  }
}

/** The body of the first handshake message, out of as many records as it takes (RFC 8446 5.1). */
function handshakeMessage(bytes: Buffer): Buffer | "more" | null {
  const fragments: Buffer[] = [];
  let length = 0;
  let wanted = Infinity;
  for (let at = 0; length < wanted;) {
    const fragment = handshakeFragment(bytes, at);
    if (!Buffer.isBuffer(fragment)) return fragment;
    fragments.push(fragment);
    length += fragment.length;
    at += recordHeader + fragment.length;
    if (wanted < Infinity || length < messageHeader) continue;
    const start = Buffer.concat(fragments);
    if (start[0] !== clientHello) return null;
    wanted = messageHeader + start.readUIntBE(1, 3);
  }
  return Buffer.concat(fragments).subarray(messageHeader, wanted);
}

/** What the record at `at` carries. */
function handshakeFragment(bytes: Buffer, at: number): Buffer | "more" | null {
  if (at >= maxHello || (bytes.length > at && bytes[at] !== handshakeRecord)) return null;
  if (bytes.length < at + recordHeader) return "more";
  const end = at + recordHeader + bytes.readUInt16BE(at + 3);
  // An empty one would be a way to send for ever.
  if (end > maxHello || end === at + recordHeader) return null;
  return bytes.length < end ? "more" : bytes.subarray(at + recordHeader, end);
}

function readMessage(hello: Reader): ClientHello {
  // Version and random.
  hello.skip(34);
  hello.list(1);
  const suites = hello.list(2).numbers();
  hello.list(1);
  const nothing: readonly number[] = [];
  const found = { name: "", tls13: false, suites, schemes: nothing, groups: nothing };
  // SSL 3.0 and bare TLS 1.0 clients send no extensions.
  const extensions = hello.done ? hello : hello.list(2);
  while (!extensions.done) {
    const type = extensions.number(2);
    const content = extensions.list(2);
    if (type === extension.serverName) found.name = serverName(content);
    else if (type === extension.signatureAlgorithms) found.schemes = content.list(2).numbers();
    else if (type === extension.supportedGroups) found.groups = content.list(2).numbers();
    else if (type === extension.supportedVersions) found.tls13 = content.list(1).numbers().includes(tls13);
  }
  return found;
}

/** RFC 6066 3. */
function serverName(content: Reader): string {
  const names = content.list(2);
  while (!names.done) {
    const type = names.number(1);
    const name = names.list(2);
    if (type === 0) return name.text().toLowerCase();
  }
  return "";
}

/** Throws a RangeError where the bytes end early. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  skip(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError("the bytes end early");
    const skipped = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return skipped;
  }

  number(length: 1 | 2): number {
    return this.skip(length).readUIntBE(0, length);
  }

  /** What stands behind its own length, which has so many bytes. */
  list(lengthBytes: 1 | 2): Reader {
    return new Reader(this.skip(this.number(lengthBytes)));
  }

  /** The rest, as numbers of two bytes. */
  numbers(): number[] {
    const numbers: number[] = [];
    while (!this.done) numbers.push(this.number(2));
    return numbers;
  }

  text(): string {
    return this.#bytes.subarray(this.#at).toString("latin1");
  }
}
