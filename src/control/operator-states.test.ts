import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aFarm, aMember } from "../../test/support/configs.ts";
import { anOperatorState } from "../../test/support/operator-state.ts";
import type { Config } from "../config/config.ts";
import type { AdminState } from "../config/farm-config.ts";
import { effectiveState, noStates, type OperatorStates, stateOf, withState } from "./operator-states.ts";

const member = { farm: "owa", server: "cas1" };
const server = { farm: null, server: "cas1" };

type Configured = Pick<Config, "servers" | "farms">;

function configured(ofServer: AdminState = "available", ofMember: AdminState = "available"): Configured {
  const one = { ...aMember("cas1"), state: ofMember };
  return {
    servers: [{ name: "cas1", protocol: "https", host: "cas1", port: 443, state: ofServer }],
    farms: [aFarm({ name: "owa", members: [one] }), aFarm({ name: "ews", members: [aMember("cas1")] })],
  };
}

function said(ofServer: AdminState | null, ofMember: AdminState | null): OperatorStates {
  const first = ofServer === null ? noStates : withState(noStates, server, anOperatorState({ state: ofServer }));
  return ofMember === null ? first : withState(first, member, anOperatorState({ state: ofMember }));
}

function scopeOf(states: OperatorStates): string {
  const { scope, operator } = effectiveState(states, configured(), member);
  return `${scope} ${operator === null ? "configuration" : "operator"}`;
}

const all = ["available", "drain", "unavailable"] as const;
const words = [null, ...all];

describe("the state of a member", () => {
  it("is the stricter one of the server's and its own, each by an operator's word before the configuration's", () => {
    let cases = 0;
    for (const byConfig of all) {
      for (const memberByConfig of all) {
        for (const byOperator of words) {
          for (const memberByOperator of words) {
            const { state } = effectiveState(
              said(byOperator, memberByOperator),
              configured(byConfig, memberByConfig),
              member,
            );
            const expected = [byOperator ?? byConfig, memberByOperator ?? memberByConfig];
            assert.equal(
              state,
              all.findLast((one) => expected.includes(one)),
              expected.join(),
            );
            cases++;
          }
        }
      }
    }
    assert.equal(cases, 144);
  });

  it("says whose word it is", () => {
    assert.equal(scopeOf(noStates), "server configuration");
    assert.equal(scopeOf(said("drain", null)), "server operator");
    assert.equal(scopeOf(said("drain", "available")), "server operator");
    assert.equal(scopeOf(said("available", "drain")), "member operator");
    assert.equal(scopeOf(said("drain", "unavailable")), "member operator");
  });

  it("names the operator who has said what the configuration says as well", () => {
    const { scope, operator } = effectiveState(said(null, "drain"), configured("drain"), member);
    assert.deepEqual([scope, operator?.by], ["member", "ann"]);
  });

  it("is cut off where the server or the member is", () => {
    const cut = anOperatorState({ state: "unavailable", cut: true });
    for (const scope of [server, member]) {
      assert.equal(effectiveState(withState(noStates, scope, cut), configured(), member).cut, true);
      const both = withState(said("unavailable", "unavailable"), scope, cut);
      assert.equal(effectiveState(both, configured(), member).cut, true);
    }
    assert.equal(effectiveState(said("unavailable", null), configured(), member).cut, false);
  });

  it("is its own in each farm", () => {
    const states = said(null, "unavailable");
    assert.equal(effectiveState(states, configured(), { farm: "ews", server: "cas1" }).state, "available");
  });
});

describe("states", () => {
  it("are replaced and taken back one by one", () => {
    const drained = withState(said("drain", "drain"), member, anOperatorState({ state: "unavailable" }));
    assert.deepEqual([stateOf(drained, member)?.state, stateOf(drained, server)?.state], ["unavailable", "drain"]);
    assert.equal(drained.members.length, 1);
    const back = withState(drained, server, null);
    assert.deepEqual([stateOf(back, member)?.state, stateOf(back, server)], ["unavailable", null]);
    assert.deepEqual(withState(back, member, null), noStates);
  });

  it("know no server by the name of what every object has", () => {
    for (const name of ["constructor", "__proto__", "toString"]) {
      assert.equal(stateOf(noStates, { farm: null, server: name }), null);
      const states = withState(noStates, { farm: null, server: name }, anOperatorState());
      assert.equal(stateOf(states, { farm: null, server: name })?.by, "ann");
    }
    assert.equal(Object.getPrototypeOf(noStates.servers), Object.prototype);
  });
});
