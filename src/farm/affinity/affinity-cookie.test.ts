import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AffinityCookieConfig } from "../../config/farm-config.ts";
import { sidCookie } from "../../../test/support/affinity.ts";
import { aMember } from "../../../test/support/configs.ts";
import { arrCookieValue, keyedCookieValue } from "./cookie-value.ts";
import { setCookieLine } from "./set-cookie.ts";

describe("the value of an affinity cookie", () => {
  const vectors: readonly (readonly [string, string])[] = [
    ["TS-E2013-CA-01", "8241fd7c7548161dfbec6e898ba400c3034ce68280c32d808c6fefce3d08324a"],
    ["ts-e2013-ca-01.contoso.com", "95d25c1f39b653af76631bc5f9d493c849b8cc6e057931ca6902a05c2377df40"],
    ["192.168.1.11", "6bb9c4a6160ba8027c916bfe1ca93c25a968048fe620e3670f18742934a5f823"],
    ["localhost", "b50d1c30c1e51b16cfc09abd76eb84c72967b2e720947c18c2b6ea8e9931250c"],
  ];
  for (const [host, value] of vectors) it(`is ARR's for ${host}`, () => assert.equal(arrCookieValue(host), value));

  it("with a key depends on it and on all of the address, but for the case of letters", () => {
    const key = Buffer.alloc(32, 1);
    const member = aMember("cas1", "cas1.local", 443);
    const value = keyedCookieValue(key, member);
    assert.match(value, /^[\da-f]{32}$/);
    assert.equal(keyedCookieValue(key, { ...member, server: "other", host: "CAS1.local" }), value);
    const others = [
      keyedCookieValue(Buffer.alloc(32, 2), member),
      keyedCookieValue(key, { ...member, protocol: "https" }),
      keyedCookieValue(key, { ...member, host: "cas2.local" }),
      keyedCookieValue(key, { ...member, port: 444 }),
    ];
    assert.equal(new Set([value, ...others]).size, 5);
  });
});

describe("the line that sets an affinity cookie", () => {
  const lines: readonly (readonly [Partial<AffinityCookieConfig>, boolean, string])[] = [
    [{}, true, "sid=v; Path=/; HttpOnly; Secure; SameSite=Lax"],
    [{}, false, "sid=v; Path=/; HttpOnly; SameSite=Lax"],
    [{ secure: true }, false, "sid=v; Path=/; HttpOnly; Secure; SameSite=Lax"],
    [{ secure: false }, true, "sid=v; Path=/; HttpOnly; SameSite=Lax"],
    [{ sameSite: "none" }, true, "sid=v; Path=/; HttpOnly; Secure; SameSite=None"],
    [{ sameSite: "none" }, false, "sid=v; Path=/; HttpOnly"],
    [{ sameSite: null, httpOnly: false }, false, "sid=v; Path=/"],
    [
      { domain: "example.com", path: "/app", sameSite: "strict", maxAgeSeconds: 3600 },
      true,
      "sid=v; Path=/app; Domain=example.com; Max-Age=3600; HttpOnly; Secure; SameSite=Strict",
    ],
  ];
  for (const [changes, secure, line] of lines) {
    it(line, () => assert.equal(setCookieLine({ ...sidCookie, ...changes }, "v", secure), `Set-Cookie: ${line}\r\n`));
  }
});
