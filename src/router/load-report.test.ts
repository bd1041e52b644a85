import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aConfig, aFarm, aMember } from "../../test/support/configs.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { ToControl } from "../farm/messages.ts";
import type { ConnectedMember } from "../net/connected-member.ts";
import { TimerWheel } from "../util/timer-wheel.ts";
import { loadReport } from "./load-report.ts";
import { RateLimits } from "./rate-limits.ts";
import { createSnapshot } from "./snapshot.ts";

/** Two farms: members 0 and 1, and member 2. */
function setting() {
  const farms = [
    aFarm({ name: "owa", members: [aMember("a"), aMember("b")] }),
    aFarm({ name: "ews", members: [aMember("a")] }),
  ];
  const clock = new FakeClock();
  const lasting = {
    wheel: new TimerWheel(clock),
    rates: new RateLimits(true),
    context: { random: () => 0.5, monotonic: () => clock.monotonic() },
    cookieKey: Buffer.alloc(32),
    serveWaiting: () => false,
    bodyProblem: () => undefined,
    now: () => clock.now(),
  };
  const snapshot = createSnapshot(aConfig(farms), lasting, null);
  const members = [...snapshot.farms.values()].flatMap((farm) => [...farm.members]);
  const sent: ToControl[] = [];
  const load = loadReport((message) => sent.push(message));
  load.configured(1);
  const carry = (...current: number[]): void => {
    current.forEach((count, index) => Object.assign(memberAt(members, index), { current: count }));
    load.report(snapshot);
  };
  const receive = (generation: number, ...current: number[]): number[] => {
    load.receive(snapshot, { type: "load", generation, current });
    return members.map(({ elsewhere }) => elsewhere);
  };
  return { load, sent, carry, receive };
}

function memberAt(members: readonly ConnectedMember[], index: number): ConnectedMember {
  const member = members[index];
  if (member === undefined) throw new RangeError(`no member ${index}`);
  return member;
}

describe("a worker's requests in flight", () => {
  it("are told in the order of the configuration, when they have changed", () => {
    const { sent, carry } = setting();
    carry(0, 0, 0);
    assert.deepEqual(sent, []);
    carry(1, 0, 2);
    carry(1, 0, 2);
    carry(0, 0, 0);
    assert.deepEqual(sent, [
      { type: "load", generation: 1, current: [1, 0, 2] },
      { type: "load", generation: 1, current: [0, 0, 0] },
    ]);
  });

  it("are taken off what all workers carry: the rest is elsewhere", () => {
    const { carry, receive } = setting();
    carry(1, 0, 2);
    assert.deepEqual(receive(1, 5, 1, 2), [4, 1, 0]);
    assert.deepEqual(receive(1), [0, 0, 0]);
  });

  it("are those that were told, not those of this moment: the sum was made of the former", () => {
    const { carry, receive, load } = setting();
    carry(3, 0, 0);
    load.report(null);
    assert.deepEqual(receive(1, 2, 0, 0), [0, 0, 0]);
  });

  it("mean other members after another configuration, so that older sums are not for them", () => {
    const { load, sent, carry, receive } = setting();
    carry(1, 0, 0);
    assert.deepEqual(receive(1, 4, 0, 0), [3, 0, 0]);
    load.configured(2);
    assert.deepEqual(receive(1, 9, 9, 9), [3, 0, 0]);
    carry(1, 0, 0);
    assert.deepEqual(sent.at(-1), { type: "load", generation: 2, current: [1, 0, 0] });
    assert.deepEqual(receive(2, 1, 0, 0), [0, 0, 0]);
  });
});
