import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { Acknowledgements } from "./acknowledgements.ts";

function setting(...ids: number[]) {
  const clock = new FakeClock();
  const acknowledgements = new Acknowledgements(clock, () => ids);
  const applied = (worker: number, generation: number, ...problems: string[]): void =>
    acknowledgements.receive(worker, {
      type: "applied",
      generation,
      problems: problems.map((problem) => ({ key: "k", problem })),
    });
  const wait = (generation: number) => {
    const waiting = { outcome: null as Awaited<ReturnType<Acknowledgements["all"]>> | null };
    void acknowledgements.all(generation, 1000).then((outcome) => (waiting.outcome = outcome));
    return waiting;
  };
  const gone = (worker: number): void => {
    ids.splice(ids.indexOf(worker), 1);
    acknowledgements.workerGone(worker);
  };
  return { clock, ids, applied, wait, gone };
}

const none = { problems: [], missing: [] };

describe("a configuration is in force", () => {
  it("when the last worker has said so", async () => {
    const { clock, applied, wait } = setting(1, 2);
    const waiting = wait(1);
    applied(2, 1);
    await clock.advance(0);
    assert.equal(waiting.outcome, null);
    applied(1, 1);
    await clock.advance(0);
    assert.deepEqual(waiting.outcome, none);
    assert.equal(clock.pending, 0);
  });

  it("where all have said so before somebody asks, and for a later one too", async () => {
    const { clock, applied, wait } = setting(1, 2);
    applied(1, 3);
    applied(2, 2);
    const waiting = wait(2);
    await clock.advance(0);
    assert.deepEqual(waiting.outcome, none);
  });

  it("not by what is said of an earlier one", async () => {
    const { clock, applied, wait } = setting(1);
    const waiting = wait(2);
    applied(1, 1, "old");
    await clock.advance(0);
    assert.equal(waiting.outcome, null);
    applied(1, 2);
    await clock.advance(0);
    assert.deepEqual(waiting.outcome, none);
  });

  it("with the problems of all workers", async () => {
    const { clock, applied, wait } = setting(1, 2);
    const waiting = wait(1);
    applied(1, 1, "EADDRINUSE");
    applied(2, 1, "EADDRINUSE");
    await clock.advance(0);
    assert.deepEqual(
      waiting.outcome?.problems.map(({ problem }) => problem),
      ["EADDRINUSE", "EADDRINUSE"],
    );
  });

  it("without those that died meanwhile, but with those that took their place", async () => {
    const { clock, ids, applied, wait, gone } = setting(1, 2);
    const waiting = wait(1);
    applied(1, 1);
    ids.push(3);
    gone(2);
    await clock.advance(0);
    assert.equal(waiting.outcome, null);
    applied(3, 1);
    await clock.advance(0);
    assert.deepEqual(waiting.outcome, none);
  });

  it("never while no worker runs at all", async () => {
    const { clock, ids, applied, wait, gone } = setting(1);
    const waiting = wait(1);
    gone(1);
    await clock.advance(500);
    assert.equal(waiting.outcome, null);
    ids.push(2);
    applied(2, 1);
    await clock.advance(0);
    assert.deepEqual(waiting.outcome, none);
  });

  it("but in the end nobody waits longer, and the late ones are told", async () => {
    const { clock, applied, wait } = setting(1, 2, 3);
    const waiting = wait(1);
    applied(2, 1);
    await clock.advance(999);
    assert.equal(waiting.outcome, null);
    await clock.advance(1);
    assert.deepEqual(waiting.outcome, { problems: [], missing: [1, 3] });
    assert.equal(clock.pending, 0);
  });
});
