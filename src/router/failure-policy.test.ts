import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aFailover, aFarm, aLiveTraffic } from "../../test/support/configs.ts";
import type { FailoverConfig, LiveTrafficConfig } from "../config/farm-config.ts";
import { faults, type FaultCode } from "../farm/faults.ts";
import { createFailurePolicy, type FailurePolicy } from "./failure-policy.ts";

const nothing = aLiveTraffic({ connect: false, timeout: false, reset: false, statuses: [] });

function policyOf(liveTraffic: LiveTrafficConfig | null, failover: Partial<FailoverConfig> = {}): FailurePolicy {
  return createFailurePolicy(aFarm({ liveTraffic, failover: aFailover(failover) }));
}

function isCode(word: string): word is FaultCode {
  return word in faults;
}

function counted(liveTraffic: LiveTrafficConfig | null): FaultCode[] {
  const policy = policyOf(liveTraffic);
  return Object.keys(faults)
    .filter(isCode)
    .filter((code) => policy.counts(code))
    .toSorted();
}

function preferred(live: LiveTrafficConfig | null): number[] {
  const policy = policyOf(live);
  return [200, 304, 404, 500, 501, 502, 503, 504, 507].filter((one) => policy.prefersOther(one));
}

const connect = ["connect-failed", "connect-refused", "connect-timeout", "tls-failed"];
const timeout = ["attempt-timeout", "response-timeout"];
const reset = ["bad-response", "member-closed", "response-cut", "response-too-large"];
const status = ["member-503", "member-status"];

const kinds: readonly [title: string, live: LiveTrafficConfig | null, codes: readonly string[]][] = [
  ["off", null, []],
  ["connect", { ...nothing, connect: true }, connect],
  ["timeout", { ...nothing, timeout: true }, timeout],
  ["reset", { ...nothing, reset: true }, reset],
  ["a status", { ...nothing, statuses: [500] }, status],
  ["all", aLiveTraffic(), [...connect, ...timeout, ...reset, ...status].toSorted()],
];

const methods = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "POST", "PATCH", "RPC_IN_DATA", "get"];
const safe = methods.slice(0, 3);
const repeats: readonly [FailoverConfig["repeat"], sent: readonly string[], answered: readonly string[]][] = [
  ["safe", safe, safe],
  ["idempotent", methods.slice(0, 6), safe],
  ["any", methods, methods],
];

describe("the failure policy", () => {
  for (const [title, live, codes] of kinds) {
    it(`with ${title} counts just these codes`, () => assert.deepEqual(counted(live), codes));
  }

  it("counts no fault of the client's, and no RPC channel that ends", () => {
    for (const code of counted(aLiveTraffic())) assert.equal(faults[code].blame, "member", code);
    assert.equal(policyOf(aLiveTraffic()).counts("channel-closed"), false);
  });

  it("counts the statuses it was told, and never what clients do wrong", () => {
    const policy = policyOf(aLiveTraffic({ statuses: [401, 404, 500, 503] }));
    const all = [200, 401, 403, 404, 499, 500, 502, 503, 599];
    assert.deepEqual(
      all.filter((one) => policy.countsStatus(one)),
      [500, 503],
    );
    assert.equal(policyOf(null).countsStatus(503), false);
  });

  it("prefers another member's answer to 503, and to what a gateway says where that counts", () => {
    assert.deepEqual(preferred(aLiveTraffic()), [502, 503, 504]);
    assert.deepEqual(preferred(aLiveTraffic({ statuses: [500, 504] })), [503, 504]);
    assert.deepEqual(preferred(null), [503]);
  });

  for (const [repeat, sent, answered] of repeats) {
    it(`repeats what is ${repeat}`, () => {
      const policy = policyOf(null, { repeat });
      const sentAgain = methods.filter((method) => policy.mayRepeat(method));
      const moved = methods.filter((method) => policy.mayRepeatAnswered(method));
      assert.deepEqual([sentAgain, moved], [sent, answered]);
    });
  }
});
