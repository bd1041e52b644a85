import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { AcmeChallenge, ToWorker } from "../farm/messages.ts";
import { createChallengeSender } from "./challenge-sender.ts";

const challenge: AcmeChallenge = { type: "http-01", host: "a.test", token: "t", keyAuthorization: "t.k" };

function setting(workers: number) {
  const clock = new FakeClock();
  const sent: ToWorker[] = [];
  const sender = createChallengeSender({ clock, send: (message) => sent.push(message), workers: () => workers });
  const set = (challenges: readonly AcmeChallenge[]): { done: boolean } => {
    const state = { done: false };
    void sender.set(challenges).then(() => (state.done = true));
    return state;
  };
  return { clock, sent, sender, set };
}

describe("challenges on their way to the workers", () => {
  it("are in force when all workers said so", async () => {
    const { clock, sent, sender, set } = setting(2);
    const state = set([challenge]);
    assert.deepEqual(sent, [{ type: "acme-challenges", serial: 1, challenges: [challenge] }]);
    sender.acknowledged(1);
    await clock.advance(0);
    assert.equal(state.done, false);
    sender.acknowledged(1);
    await clock.advance(0);
    assert.equal(state.done, true);
    assert.equal(clock.pending, 0);
  });

  it("are not waited for longer than five seconds, nor in vain", async () => {
    const { clock, set } = setting(1);
    const state = set([challenge]);
    await clock.advance(4999);
    assert.equal(state.done, false);
    await clock.advance(1);
    assert.equal(state.done, true);
    const { clock: other, set: setNone } = setting(0);
    const none = setNone([]);
    await other.advance(0);
    assert.equal(none.done, true);
  });

  it("are counted by their serial", async () => {
    const { clock, sender, set } = setting(1);
    const first = set([challenge]);
    const second = set([]);
    sender.acknowledged(1);
    await clock.advance(0);
    assert.deepEqual([first.done, second.done], [true, false]);
    sender.acknowledged(2);
    await clock.advance(0);
    assert.equal(second.done, true);
    assert.deepEqual(sender.current(), { type: "acme-challenges", serial: 2, challenges: [] });
  });
});
