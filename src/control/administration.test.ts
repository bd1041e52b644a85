import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { aFarm, aMember, aConfig } from "../../test/support/configs.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { anOperatorState } from "../../test/support/operator-state.ts";
import type { Log } from "../observe/log.ts";
import { Administration, type StateChange, type StateWish } from "./administration.ts";
import { noStates, type OperatorStates, withState } from "./operator-states.ts";
import { noStore } from "./state-file.ts";

const minuteMs = 60_000;
const server = { server: "cas1", farm: null };
const member = { server: "cas1", farm: "owa" };
const config = aConfig([aFarm({ name: "owa", members: [aMember("cas1")] })]);

function wish(rest: Partial<StateWish> = {}): StateWish {
  return { state: "drain", by: "ann", note: "patches", deadlineMs: null, cut: false, ...rest };
}

describe("Administration", () => {
  let clock: FakeClock;
  let kept: OperatorStates;
  let broken: boolean;
  let changes: StateChange[];
  let rereads: number;
  let logged: string[];
  let administration: Administration;

  const log: Log = (event) => void logged.push(event);

  function start(): void {
    administration = new Administration({
      clock,
      log,
      store: {
        ...noStore,
        load: () => kept,
        save(states) {
          if (broken) throw new Error("EROFS");
          kept = states;
        },
      },
      onChange: (change) => changes.push(change),
      onReread: () => (rereads += 1),
    });
    administration.configured(config);
  }

  const now = (): string => {
    const { state, cut } = administration.effective("owa", "cas1");
    return cut ? `${state}, cut` : state;
  };

  beforeEach(() => {
    clock = new FakeClock();
    kept = noStates;
    broken = false;
    changes = [];
    rereads = 0;
    logged = [];
    start();
  });

  it("keeps who has said what, when, why and until when", () => {
    assert.equal(administration.set(server, wish({ deadlineMs: 10 * minuteMs })), true);
    const state = anOperatorState({ note: "patches", until: "2026-01-01T00:10:00.000Z" });
    assert.deepEqual(kept, withState(noStates, server, state));
    assert.deepEqual(changes, [{ scope: server, before: null, after: state }]);
    assert.deepEqual(administration.of(server), state);
    assert.equal(administration.of(member), null);
  });

  for (const state of ["drain", "unavailable"] as const) {
    for (const scope of [server, member]) {
      it(`ends what is left at the deadline (${state} of ${scope.farm ?? "the server"})`, async () => {
        administration.set(scope, wish({ state, deadlineMs: 10 * minuteMs }));
        await clock.advance(10 * minuteMs - 1);
        assert.equal(now(), state);
        await clock.advance(1);
        assert.equal(now(), "unavailable, cut");
        const { by, note, at, until } = administration.of(scope) ?? anOperatorState();
        assert.deepEqual([by, note], ["ann", "patches"]);
        assert.deepEqual([at, until], ["2026-01-01T00:00:00.000Z", "2026-01-01T00:10:00.000Z"]);
        assert.equal(changes.length, 2);
        assert.equal(clock.pending, 0);
        start();
        assert.equal(now(), "unavailable, cut");
        assert.equal(clock.pending, 0);
      });
    }
  }

  it("has one deadline for each server and member: the last one that was given", async () => {
    administration.set(server, wish({ deadlineMs: minuteMs }));
    administration.set(server, wish({ deadlineMs: 5 * minuteMs }));
    assert.equal(clock.pending, 1);
    await clock.advance(4 * minuteMs);
    assert.equal(now(), "drain");
    administration.set(server, wish());
    assert.equal(clock.pending, 0);
    await clock.advance(60 * minuteMs);
    assert.equal(now(), "drain");
  });

  it("forgets the deadline where the server is available again", async () => {
    administration.set(server, wish({ deadlineMs: minuteMs }));
    administration.set(server, wish({ state: "available" }));
    await clock.advance(2 * minuteMs);
    assert.equal(now(), "available");
    assert.equal(clock.pending, 0);
  });

  it("leaves a member's deadline alone where its server gets another state", async () => {
    administration.set(member, wish({ deadlineMs: minuteMs }));
    administration.set(server, wish({ state: "available" }));
    await clock.advance(minuteMs);
    assert.equal(now(), "unavailable, cut");
    administration.set(member, wish({ state: "available" }));
    assert.equal(now(), "available");
  });

  it("goes on with a deadline over a restart, to the millisecond", async () => {
    administration.set(server, wish({ deadlineMs: 10 * minuteMs }));
    await clock.advance(4 * minuteMs);
    administration.close();
    assert.equal(clock.pending, 0);
    start();
    await clock.advance(6 * minuteMs - 1);
    assert.equal(now(), "drain");
    await clock.advance(1);
    assert.equal(now(), "unavailable, cut");
  });

  it("does not cut off early where the machine's clock was set back for longer than timers can wait", async () => {
    administration.set(server, wish({ deadlineMs: minuteMs }));
    administration.close();
    const monthMs = 30 * 24 * 60 * minuteMs;
    const asked: number[] = [];
    const limited = new FakeClock(clock.now() - monthMs);
    const after = limited.after.bind(limited);
    // As the machine's timers do.
    limited.after = (delayMs, run) => {
      asked.push(delayMs);
      return after(delayMs > 2 ** 31 - 1 ? 1 : delayMs, run);
    };
    clock = limited;
    start();
    await clock.advance(minuteMs);
    assert.equal(now(), "drain");
    assert.ok(
      asked.every((delayMs) => delayMs < 2 ** 31),
      String(asked),
    );
    await clock.advance(monthMs);
    assert.equal(now(), "unavailable, cut");
  });

  it("does at once what came due while nothing ran", async () => {
    administration.set(server, wish({ deadlineMs: minuteMs }));
    administration.close();
    await clock.advance(60 * minuteMs);
    assert.equal(now(), "drain");
    start();
    await clock.advance(0);
    assert.equal(now(), "unavailable, cut");
    assert.equal(kept.servers["cas1"]?.cut, true);
  });

  it("cuts off at once, and waits for nothing", () => {
    administration.set(server, wish({ state: "unavailable", cut: true }));
    assert.equal(now(), "unavailable, cut");
    assert.equal(clock.pending, 0);
  });

  describe("where another process keeps the states", () => {
    const theirs = withState(noStates, member, anOperatorState({ by: "bob", until: "2026-01-01T00:02:00.000Z" }));

    it("takes over what that has written, with its deadlines", async () => {
      administration.set(server, wish({ deadlineMs: minuteMs }));
      kept = theirs;
      administration.reread();
      assert.deepEqual([administration.of(server), administration.of(member)?.by, rereads], [null, "bob", 1]);
      assert.equal(clock.pending, 1);
      administration.reread();
      assert.equal(rereads, 1);
      await clock.advance(2 * minuteMs);
      assert.equal(now(), "unavailable, cut");
    });

    it("keeps what it knows where nothing was written", () => {
      administration.set(server, wish());
      kept = noStates;
      administration.reread();
      assert.equal(now(), "drain");
    });

    it("follows it, and writes over nothing at a deadline", async () => {
      administration.set(server, wish({ deadlineMs: minuteMs }));
      administration.follow();
      kept = withState(kept, member, anOperatorState({ by: "bob" }));
      const written = kept;
      await clock.advance(minuteMs);
      assert.equal(administration.of(member)?.by, "bob");
      assert.equal(changes.at(-1)?.after.cut, true);
      assert.equal(kept, written);
      kept = withState(kept, server, anOperatorState({ state: "available" }));
      await clock.advance(1000);
      assert.equal(now(), "drain");
      administration.close();
      assert.equal(clock.pending, 0);
    });
  });

  it("is in force where it can't be written down, and says so", async () => {
    broken = true;
    assert.equal(administration.set(server, wish({ deadlineMs: minuteMs })), false);
    assert.equal(now(), "drain");
    assert.deepEqual(logged, ["states.not-kept"]);
    await clock.advance(minuteMs);
    assert.equal(now(), "unavailable, cut");
  });
});
