import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hostName } from "./authority.ts";

describe("the host name of an authority", () => {
  const cases: readonly (readonly [authority: string, name: string | null])[] = [
    ["mail.example.com", "mail.example.com"],
    ["MAIL.Example.COM:8443", "mail.example.com"],
    ["mail.example.com.", "mail.example.com"],
    ["mail.example.com.:443", "mail.example.com"],
    ["cas_1.local", "cas_1.local"],
    ["localhost", "localhost"],
    [".", "."],
    ["10.0.0.12:443", "10.0.0.12"],
    ["[::1]", "[::1]"],
    ["[FE80::1]:443", "[fe80::1]"],
    ["[::ffff:10.0.0.1]", "[::ffff:10.0.0.1]"],
    ["a:0", "a"],
    ["a:65535", "a"],
    ["a:65536", null],
    ["a:99999", null],
    ["a:123456", null],
    ["a:", null],
    ["a:8a", null],
    ["a:-1", null],
    ["a:80:80", null],
    [":80", null],
    ["", null],
    ["::1", null],
    ["[::1", null],
    ["::1]", null],
    ["[]", null],
    ["[::1]x", null],
    ["[::1%25eth0]", null],
    ["user@a", null],
    ["a,b", null],
    ["a b", null],
    ["a/b", null],
    ["a%2eb", null],
    ["a;b", null],
    ["a'b", null],
    ["m\xfcnchen.de", null],
    ["xn--mnchen-3ya.de", "xn--mnchen-3ya.de"],
  ];
  for (const [authority, name] of cases) {
    it(`of ${JSON.stringify(authority)} is ${name ?? "refused"}`, () => assert.equal(hostName(authority), name));
  }
});
