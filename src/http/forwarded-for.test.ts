import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withinNetworks } from "../util/ip-ranges.ts";
import { forwardedSender } from "./forwarded-for.ts";

const isTrusted = withinNetworks(["10.0.0.0/8", "fd00::/8"]);

describe("the sender in X-Forwarded-For", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ["192.0.2.1", "192.0.2.1"],
    ["192.0.2.9, 192.0.2.1", "192.0.2.1"],
    ["192.0.2.1, 10.0.0.1, 10.0.0.2", "192.0.2.1"],
    ["192.0.2.1,10.0.0.1 ,\t10.0.0.2", "192.0.2.1"],
    ["10.0.0.3, 192.0.2.1, 10.0.0.1", "192.0.2.1"],
    ["10.0.0.3, 10.0.0.1", "10.0.0.3"],
    ["10.0.0.3", "10.0.0.3"],
    ["garbage, 192.0.2.1, 10.0.0.1", "192.0.2.1"],
    ["192.0.2.1:4711, 10.0.0.1:80", "192.0.2.1"],
    ["[2001:db8::1]:4711, fd00::1", "2001:db8::1"],
    ["[2001:db8::1], [fd00::1]", "2001:db8::1"],
    ["2001:db8::1", "2001:db8::1"],
    ["::ffff:192.0.2.1, ::ffff:10.0.0.1", "192.0.2.1"],
    ["unknown", null],
    ["192.0.2.1, unknown", null],
    ["192.0.2.1, unknown, 10.0.0.1", null],
    ["192.0.2.1, ", null],
    [", 10.0.0.1", null],
    ["192.0.2.1,,10.0.0.1", null],
    ["192.0.2.1 10.0.0.1", null],
    ["192.0.2.1:", null],
    ["[192.0.2.1]", "192.0.2.1"],
    ["2001:db8::1]:4711", null],
    ["192.0.2.1:4711:1", null],
    ["fe80::1%eth0", null],
    ['"192.0.2.1"', null],
    [`192.0.2.1${", 10.0.0.1".repeat(31)}`, "192.0.2.1"],
    [`192.0.2.1${", 10.0.0.1".repeat(32)}`, null],
    [",".repeat(100_000), null],
  ];
  for (const [field, sender] of cases) {
    it(`${field.slice(0, 60)} -> ${sender}`, () =>
      assert.equal(forwardedSender(field, isTrusted)?.text ?? null, sender));
  }
});
