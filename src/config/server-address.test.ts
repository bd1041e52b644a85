import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseServerAddress } from "./server-address.ts";

describe("the address of a server", () => {
  for (const [written, protocol, host, port] of [
    ["CAS1.example.local", "https", "cas1.example.local", 443],
    ["cas1:8443", "https", "cas1", 8443],
    ["http://10.0.0.1", "http", "10.0.0.1", 80],
    ["HTTPS://10.0.0.1:444/", "https", "10.0.0.1", 444],
    ["[fd00::A]:8443", "https", "fd00::a", 8443],
    ["http://[::1]", "http", "::1", 80],
    ["my_server.local.", "https", "my_server.local", 443],
    ["müller.de", "https", "xn--mller-kva.de", 443],
  ] as const) {
    it(`${written} is read`, () =>
      assert.deepEqual(parseServerAddress(written), { ok: true, address: { protocol, host, port } }));
  }

  for (const written of [
    "",
    "ftp://x",
    "http://",
    "x:0",
    "x:65536",
    "x:",
    "x:y",
    "a b",
    "user@x",
    "x?y",
    "x/y",
    "fd00::1",
    "[fd00::1",
    "[x]",
    "1.2.3",
    "1.2.3.256",
    "-a.b",
    "a..b",
    `${"a".repeat(64)}.b`,
  ]) {
    it(`${JSON.stringify(written)} is refused`, () => assert.equal(parseServerAddress(written).ok, false));
  }
});
