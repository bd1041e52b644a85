import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { ToWorker } from "../farm/messages.ts";
import { SharedLoad } from "./shared-load.ts";

function setting() {
  const clock = new FakeClock();
  const sent: ToWorker[] = [];
  const load = new SharedLoad(clock, (message) => sent.push(message));
  load.configured(1);
  const shared = async (): Promise<unknown> => {
    await clock.advance(25);
    return sent.splice(0);
  };
  return { clock, load, shared };
}

const told = (generation: number, ...current: number[]): unknown[] => [{ type: "load", generation, current }];

describe("how busy the workers keep the members", () => {
  it("is summed and told once, however many workers say something at the same time", async () => {
    const { load, shared } = setting();
    load.receive(1, 1, [3, 0, 1]);
    load.receive(2, 1, [1, 2]);
    load.receive(1, 1, [4, 0, 1]);
    assert.deepEqual(await shared(), told(1, 5, 2, 1));
    assert.deepEqual(await shared(), []);
    load.receive(2, 1, [0, 0, 0]);
    assert.deepEqual(await shared(), told(1, 4, 0, 1));
  });

  it("is without what a dead worker carried", async () => {
    const { load, shared } = setting();
    load.receive(1, 1, [3]);
    load.receive(2, 1, [1]);
    await shared();
    load.workerGone(1);
    load.workerGone(7);
    assert.deepEqual(await shared(), told(1, 1));
  });

  it("begins anew with another configuration, whose members stand elsewhere in the list", async () => {
    const { load, shared } = setting();
    load.receive(1, 1, [3, 4]);
    await shared();
    load.configured(2);
    load.receive(2, 1, [9, 9]);
    assert.deepEqual(await shared(), told(2));
    load.receive(1, 2, [0, 3]);
    assert.deepEqual(await shared(), told(2, 0, 3));
  });

  it("leaves no timer behind", () => {
    const { clock, load } = setting();
    load.receive(1, 1, [3]);
    load.close();
    assert.equal(clock.pending, 0);
  });
});
