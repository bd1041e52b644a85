import assert from "node:assert/strict";
import { isIPv6 } from "node:net";
import { describe, it } from "node:test";
import fc from "fast-check";
import { proxyV2, tcp4, withChecksum } from "../../test/support/proxy-headers.ts";
import { crc32c } from "./crc32c.ts";
import { readProxyHeader } from "./proxy-header.ts";

const rest = "GET / HTTP/1.1\r\n";
const v6 = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
const tcp6 = Buffer.from("20010db800000000000000000000000700000000000000000000ffff0a0000010000ffff", "hex");
const unix = Buffer.alloc(216, "/");

/** Name, header, source and destination; null = those of the connection itself. */
const valid: readonly (readonly [string, string | Buffer, string | null])[] = [
  ["TCP4", "PROXY TCP4 192.0.2.7 198.51.100.1 56789 443\r\n", "192.0.2.7 56789 198.51.100.1 443"],
  ["TCP4, least", "PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n", "0.0.0.0 0 0.0.0.0 0"],
  [
    "TCP4, most",
    "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
    "255.255.255.255 65535 255.255.255.255 65535",
  ],
  ["TCP6", "PROXY TCP6 2001:DB8:0:0::7 ::1 1 443\r\n", "2001:db8::7 1 ::1 443"],
  ["TCP6, longest", `PROXY TCP6 ${v6} ${v6} 65535 65535\r\n`, `${v6} 65535 ${v6} 65535`],
  ["TCP6 of IPv4", "PROXY TCP6 ::ffff:192.0.2.7 ::ffff:c633:6401 1 2\r\n", "192.0.2.7 1 198.51.100.1 2"],
  ["UNKNOWN", "PROXY UNKNOWN\r\n", null],
  ["UNKNOWN with anything", `PROXY UNKNOWN ${v6} ${v6} 65535 65535\r\n`, null],
  ["v2, TCP4", proxyV2(), "192.0.2.7 56789 198.51.100.1 443"],
  ["v2, TCP6", proxyV2({ family: 0x21, addresses: tcp6 }), "2001:db8::7 0 10.0.0.1 65535"],
  ["v2, UNIX", proxyV2({ family: 0x31, addresses: unix }), null],
  ["v2, UNSPEC", proxyV2({ family: 0x00, addresses: Buffer.alloc(0) }), null],
  ["v2, UNSPEC with anything", proxyV2({ family: 0x00, addresses: Buffer.alloc(7, 0xff) }), null],
  ["v2, LOCAL", proxyV2({ command: 0x20, family: 0x00, addresses: Buffer.alloc(0) }), null],
  ["v2, LOCAL with anything", proxyV2({ command: 0x20, family: 0xff, addresses: Buffer.alloc(7, 0xff) }), null],
  [
    "v2 with fields",
    proxyV2({
      fields: [
        [0x01, Buffer.from("h2")],
        [0x04, Buffer.alloc(0)],
        [0x20, Buffer.alloc(300, 1)],
        [0xea, Buffer.from("vpce")],
      ],
    }),
    "192.0.2.7 56789 198.51.100.1 443",
  ],
  ["v2 with a checksum", withChecksum({ fields: [[0x02, Buffer.from("a.test")]] }), "192.0.2.7 56789 198.51.100.1 443"],
  ["v2, largest", proxyV2({ fields: [[0x20, Buffer.alloc(16_384 - 31)]] }), "192.0.2.7 56789 198.51.100.1 443"],
];

const damaged = withChecksum({});
damaged[19]! ^= 1;

const malformed: readonly (readonly [string, string | Buffer])[] = [
  ["a request", "GET / HTTP/1.1\r\n\r\n"],
  ["a TLS handshake", Buffer.from("16030100", "hex")],
  ["lower case", "proxy TCP4 192.0.2.7 198.51.100.1 56789 443\r\n"],
  ["UDP4", "PROXY UDP4 192.0.2.7 198.51.100.1 56789 443\r\n"],
  ["an unknown word", "PROXY UNKNOWNS\r\n"],
  ["no word", "PROXY \r\n"],
  ["two spaces", "PROXY TCP4  192.0.2.7 198.51.100.1 56789 443\r\n"],
  ["a tab", "PROXY TCP4\t192.0.2.7 198.51.100.1 56789 443\r\n"],
  ["a space at the end", "PROXY TCP4 192.0.2.7 198.51.100.1 56789 443 \r\n"],
  ["a word too many", "PROXY TCP4 192.0.2.7 198.51.100.1 56789 443 1\r\n"],
  ["no ports", "PROXY TCP4 192.0.2.7 198.51.100.1\r\n"],
  ["LF alone", "PROXY TCP4 192.0.2.7 198.51.100.1 56789 443\n"],
  ["CR alone", "PROXY TCP4 192.0.2.7 198.51.100.1 56789 443\rG"],
  ["a leading zero in an address", "PROXY TCP4 192.0.02.7 198.51.100.1 56789 443\r\n"],
  ["an address in hex", "PROXY TCP4 0xc0.0.2.7 198.51.100.1 56789 443\r\n"],
  ["an address in one number", "PROXY TCP4 3221225479 198.51.100.1 56789 443\r\n"],
  ["a byte above 255", "PROXY TCP4 192.0.2.256 198.51.100.1 56789 443\r\n"],
  ["IPv6 as TCP4", "PROXY TCP4 ::1 ::1 56789 443\r\n"],
  ["IPv4 as TCP6", "PROXY TCP6 192.0.2.7 198.51.100.1 56789 443\r\n"],
  ["IPv6 with a zone", "PROXY TCP6 fe80::1%eth0 ::1 56789 443\r\n"],
  ["IPv6 in brackets", "PROXY TCP6 [::1] ::1 56789 443\r\n"],
  ["IPv6 with two gaps", "PROXY TCP6 1::2::3 ::1 56789 443\r\n"],
  ["a leading zero in a port", "PROXY TCP4 192.0.2.7 198.51.100.1 056789 443\r\n"],
  ["a port above 65535", "PROXY TCP4 192.0.2.7 198.51.100.1 65536 443\r\n"],
  ["a negative port", "PROXY TCP4 192.0.2.7 198.51.100.1 -1 443\r\n"],
  ["108 bytes", `PROXY UNKNOWN ${"x".repeat(92)}\r\n`],
  ["107 bytes without an end", `PROXY UNKNOWN ${"x".repeat(93)}`],
  ["v2, half a signature", "\r\n\r\n\0\r\nQUIX"],
  ["v2, version 1", proxyV2({ command: 0x11 })],
  ["v2, version 3", proxyV2({ command: 0x31 })],
  ["v2, an unknown command", proxyV2({ command: 0x22 })],
  ["v2, an unknown family", proxyV2({ family: 0x41 })],
  ["v2, an unknown protocol", proxyV2({ family: 0x13 })],
  ["v2, UDP", proxyV2({ family: 0x12 })],
  ["v2, UDP over IPv6", proxyV2({ family: 0x22, addresses: tcp6 })],
  ["v2, UNIX datagrams", proxyV2({ family: 0x32, addresses: unix })],
  ["v2, too short for TCP4", proxyV2({ addresses: tcp4.subarray(1) })],
  ["v2, too short for TCP6", proxyV2({ family: 0x21, addresses: tcp6.subarray(1) })],
  ["v2, too short for UNIX", proxyV2({ family: 0x31, addresses: unix.subarray(1) })],
  ["v2, a field without its length", proxyV2({ addresses: Buffer.concat([tcp4, Buffer.from([4, 0])]) })],
  ["v2, a field that is cut off", proxyV2({ addresses: Buffer.concat([tcp4, Buffer.from([4, 0, 2, 0])]) })],
  ["v2, a wrong checksum", damaged],
  ["v2, a checksum of another size", proxyV2({ fields: [[0x03, Buffer.alloc(5)]] })],
  ["v2, larger than allowed", proxyV2({ length: 16_384 - 15 })],
];

function bytesOf(header: string | Buffer): Buffer {
  return typeof header === "string" ? Buffer.from(header, "latin1") : header;
}

describe("a PROXY protocol header", () => {
  for (const [name, header, addresses] of valid) {
    it(`is read: ${name}`, () => {
      const bytes = bytesOf(header);
      const read = readProxyHeader(Buffer.concat([bytes, Buffer.from(rest)]));
      assert.ok(read.state === "complete");
      assert.equal(read.length, bytes.length);
      const ends = read.addresses === null ? [] : [read.addresses.source, read.addresses.destination];
      assert.equal(ends.map(({ address, port }) => `${address} ${port}`).join(" ") || null, addresses);
    });
  }

  for (const [name, header] of malformed) {
    it(`is refused: ${name}`, () => assert.equal(readProxyHeader(bytesOf(header)).state, "malformed"));
  }

  for (const [name, header] of [...valid, ...malformed]) {
    it(`is the same wherever it is cut: ${name}`, () => {
      const bytes = Buffer.concat([bytesOf(header), Buffer.from(rest)]);
      const whole = readProxyHeader(bytes);
      assert.notEqual(whole.state, "incomplete");
      const most = whole.state === "complete" ? whole.length : bytes.length;
      for (let length = 0; length < most; length += 1) {
        const part = readProxyHeader(bytes.subarray(0, length));
        if (part.state !== "incomplete") assert.deepEqual([length, part], [length, whole]);
        assert.notEqual(part.state, "complete");
      }
    });
  }

  it("never throws, and never changes its mind", () => {
    const start = fc.constantFrom(
      "",
      "PROXY ",
      "PROXY TCP4 ",
      "PROXY TCP6 ",
      "PROXY UNKNOWN",
      proxyV2().subarray(0, 14),
    );
    const tail = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.stringMatching(/^[0-9a-f:. \r\n]{0,120}$/).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(start, tail, fc.nat(), (first, second, cut) => {
        const bytes = Buffer.concat([bytesOf(first), second]);
        const whole = readProxyHeader(bytes);
        const part = readProxyHeader(bytes.subarray(0, cut % (bytes.length + 1)));
        if (part.state !== "incomplete") assert.deepEqual(part, whole);
        if (whole.state === "complete") assert.ok(whole.length <= bytes.length);
      }),
    );
  });

  it("takes exactly the IPv6 addresses that Node takes", () => {
    const word = fc.oneof(
      fc.ipV6(),
      fc.stringMatching(/^[0-9a-fA-F:.]{0,40}$/),
      fc.constantFrom("::", "1::", "::1.2.3.4"),
    );
    fc.assert(
      fc.property(word, (address) => {
        const { state } = readProxyHeader(Buffer.from(`PROXY TCP6 ${address} ::1 1 2\r\n`));
        assert.equal(state === "complete", isIPv6(address));
      }),
      { numRuns: 2000 },
    );
  });

  it("has the checksum of RFC 3720's examples", () => {
    assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
    assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
    assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283);
  });
});
