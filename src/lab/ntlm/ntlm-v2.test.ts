import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ntHash, provesPassword } from "./ntlm-v2.ts";

/** The example of [MS-NLMP] 4.2.4: user "User", domain "Domain", password "Password". */
const challenge = Buffer.from("0123456789abcdef", "hex");
const proof = "68cd0ab851e51c96aabc927bebef6a1c";
const blob =
  "01010000000000000000000000000000aaaaaaaaaaaaaaaa0000000002000c0044006f006d00610069006e00" +
  "01000c005300650072007600650072000000000000000000";
const message = { user: "User", domain: "Domain", ntResponse: Buffer.from(proof + blob, "hex") };

describe("NTLMv2", () => {
  it("makes the NT hash of the specification's example", () => {
    assert.equal(ntHash("Password").toString("hex"), "a4f49c406510bdcab6824ee7c30fd852");
  });

  it("accepts the response of the specification's example", () => {
    assert.equal(provesPassword(message, ntHash("Password"), challenge), true);
  });

  it("refuses another password, another challenge, another domain", () => {
    assert.equal(provesPassword(message, ntHash("password"), challenge), false);
    assert.equal(provesPassword(message, ntHash("Password"), Buffer.alloc(8)), false);
    assert.equal(provesPassword({ ...message, domain: "Other" }, ntHash("Password"), challenge), false);
  });

  it("refuses a response of NTLMv1", () => {
    const ntResponse = Buffer.from("67c43011f30298a2ad35ece64f16331c44bdbed927841f94", "hex");
    assert.equal(provesPassword({ ...message, ntResponse }, ntHash("Password"), challenge), false);
  });
});
