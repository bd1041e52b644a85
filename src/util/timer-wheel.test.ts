import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Clock, Timer } from "./clock.ts";
import { Timeout, TimerWheel } from "./timer-wheel.ts";

const tickMs = 100;

/** Moved by hand, at once; knows one interval only, and can jump as a machine that was suspended does. */
class StepClock implements Clock {
  elapsed = 0;
  running = false;
  #due = Infinity;
  #run = (): void => undefined;

  now(): number {
    return this.elapsed;
  }

  monotonic(): number {
    return this.elapsed;
  }

  after(): Timer {
    throw new Error("the wheel needs no other timer");
  }

  every(periodMs: number, run: () => void): Timer {
    assert.equal(periodMs, tickMs);
    this.running = true;
    this.#due = this.elapsed + tickMs;
    this.#run = run;
    return { cancel: () => (this.running = false) };
  }

  advance(durationMs: number): void {
    const end = this.elapsed + durationMs;
    while (this.running && this.#due <= end) {
      this.elapsed = Math.max(this.elapsed, this.#due);
      this.tick();
    }
    this.elapsed = end;
  }

  /** Time passes in which nothing runs. */
  stall(durationMs: number): void {
    this.elapsed += durationMs;
  }

  /** The interval fires, late or not; as Node's it then fires a period later. */
  tick(): void {
    this.#due = this.elapsed + tickMs;
    this.#run();
  }
}

interface Setting {
  readonly clock: StepClock;
  readonly wheel: TimerWheel;
  /** The name and time of each that fired. */
  readonly fired: [name: string, at: number][];
  readonly make: (name: string, run?: () => void) => Timeout;
}

function setting(): Setting {
  const clock = new StepClock();
  clock.elapsed = 12_345.678;
  const wheel = new TimerWheel(clock);
  const start = clock.elapsed;
  const fired: [string, number][] = [];
  const make = (name: string, run?: () => void): Timeout =>
    new Timeout(() => {
      fired.push([name, Math.round(clock.elapsed - start)]);
      run?.();
    });
  return { clock, wheel, fired, make };
}

describe("a time-out", () => {
  for (const delay of [1, 99, 100, 101, 250, 5_000, 102_300, 102_400, 102_500, 3_900_000]) {
    it(`of ${delay} ms fires once, not early and at most a tick late`, () => {
      const { clock, wheel, fired, make } = setting();
      clock.advance(37);
      wheel.arm(make("a"), delay);
      clock.advance(delay - 1);
      assert.deepEqual(fired, []);
      clock.advance(tickMs + 1);
      assert.equal(fired.length, 1);
      clock.advance(200_000);
      assert.equal(fired.length, 1);
    });
  }

  it("can be moved later, again and again", () => {
    const { clock, wheel, fired, make } = setting();
    const timeout = make("a");
    for (let count = 0; count < 1000; count++) {
      wheel.arm(timeout, 500);
      clock.advance(450);
    }
    assert.deepEqual(fired, []);
    clock.advance(150);
    assert.equal(fired.length, 1);
  });

  it("can be moved sooner", () => {
    const { clock, wheel, fired, make } = setting();
    const timeout = make("a");
    wheel.arm(timeout, 60_000);
    wheel.arm(timeout, 300);
    clock.advance(60_200);
    assert.deepEqual(fired, [["a", 300]]);
  });

  it("can be moved later and then sooner than that", () => {
    const { clock, wheel, fired, make } = setting();
    const timeout = make("a");
    wheel.arm(timeout, 300);
    wheel.arm(timeout, 60_000);
    wheel.arm(timeout, 2_000);
    clock.advance(60_200);
    assert.deepEqual(fired, [["a", 2_000]]);
  });

  it("does not fire once disarmed, and can be armed anew", () => {
    const { clock, wheel, fired, make } = setting();
    const timeout = make("a");
    wheel.arm(timeout, 300);
    wheel.disarm(timeout);
    wheel.disarm(timeout);
    clock.advance(1_000);
    assert.deepEqual(fired, []);
    wheel.arm(timeout, 300);
    clock.advance(1_000);
    assert.deepEqual(fired, [["a", 1_300]]);
  });

  it("of 0 is off", () => {
    const { clock, wheel, fired, make } = setting();
    const timeout = make("a");
    wheel.arm(timeout, 0);
    wheel.arm(make("b"), -1);
    wheel.arm(timeout, 300);
    wheel.arm(timeout, 0);
    clock.advance(200_000);
    assert.deepEqual(fired, []);
  });

  it("can arm itself when it fires", () => {
    const { clock, wheel, fired, make } = setting();
    const timeout: Timeout = make("a", () => wheel.arm(timeout, 1_000));
    wheel.arm(timeout, 1_000);
    clock.advance(3_999);
    assert.deepEqual(
      fired.map(([, at]) => at),
      [1_000, 2_000, 3_000],
    );
  });

  it("may disarm, move and arm any other of the same tick when it fires", () => {
    const { clock, wheel, fired, make } = setting();
    const others = Array.from({ length: 8 }, (_, index) => make(`other ${index}`));
    const first = make("first", () => {
      for (const [index, other] of others.entries()) {
        if (index % 3 === 0) wheel.disarm(other);
        else wheel.arm(other, index % 3 === 1 ? 1_000 : 50);
      }
    });
    for (const other of others) wheel.arm(other, 300);
    // The last one linked fires first.
    wheel.arm(first, 300);
    clock.advance(5_000);
    const names = fired.map(([name, at]) => `${name} at ${at}`);
    assert.deepEqual(names.toSorted(), [
      "first at 300",
      "other 1 at 1300",
      "other 2 at 400",
      "other 4 at 1300",
      "other 5 at 400",
      "other 7 at 1300",
    ]);
  });

  it("does not fire early when it was armed after a stall and before the next tick", () => {
    const { clock, wheel, fired, make } = setting();
    clock.stall(5_000);
    wheel.arm(make("a"), 2_000);
    clock.tick();
    assert.deepEqual(fired, []);
    clock.advance(1_999);
    assert.deepEqual(fired, []);
    clock.advance(tickMs);
    assert.equal(fired.length, 1);
  });

  for (const stall of [700, 102_400, 102_500, 102_600, 10_000_000]) {
    it(`fires at the first tick after a stall of ${stall} ms, and not twice`, () => {
      const { clock, wheel, fired, make } = setting();
      for (let delay = 100; delay <= 1_000; delay += 100) wheel.arm(make(`${delay}`), delay);
      wheel.arm(make("long"), stall + 60_000);
      const moved = make("moved");
      wheel.arm(moved, 200);
      wheel.arm(moved, 650);
      clock.stall(stall);
      clock.tick();
      const due = Array.from({ length: 10 }, (_, index) => `${index * 100 + 100}`).filter(
        (delay) => Number(delay) <= stall,
      );
      assert.deepEqual(fired.map(([name]) => name).toSorted(), [...due, "moved"].toSorted());
      clock.advance(59_900);
      assert.equal(fired.length, 11);
      clock.advance(200);
      assert.equal(fired.at(-1)?.[0], "long");
      assert.equal(fired.length, 12);
    });
  }

  it("does not fire after close, and the interval is gone", () => {
    const { clock, wheel, fired, make } = setting();
    wheel.arm(make("a"), 100);
    wheel.close();
    assert.equal(clock.running, false);
    clock.advance(1_000);
    assert.deepEqual(fired, []);
  });
});

it("`now` is at most a tick old", () => {
  const { clock, wheel } = setting();
  const before = wheel.now;
  clock.advance(12_345);
  assert.ok(wheel.now - before <= 12_345 && wheel.now - before > 12_345 - tickMs);
});

/** The model: a due time for each. Every firing is checked against it, and nothing may be overdue. */
function behavesLikeModel(steps: readonly { kind: string; which: number; ms: number }[], rearm: boolean): void {
  const clock = new StepClock();
  const wheel = new TimerWheel(clock);
  const due = Array.from({ length: 40 }, () => Infinity);
  const timeouts = due.map((_, index) => {
    const timeout: Timeout = new Timeout(() => {
      assert.ok(clock.elapsed >= (due[index] ?? Infinity), `${index} is early`);
      due[index] = Infinity;
      const neighbour = (index * 7 + 3) % 40;
      if (rearm && index % 3 === 0) set(neighbour, index * 13 + 1);
      if (rearm && index % 3 === 1) set(neighbour, 0);
    });
    return timeout;
  });
  function set(index: number, delay: number): void {
    const timeout = timeouts[index];
    assert.ok(timeout);
    if (delay === 0) wheel.disarm(timeout);
    else wheel.arm(timeout, delay);
    due[index] = delay === 0 ? Infinity : clock.elapsed + delay;
  }
  for (const { kind, which: index, ms } of steps) {
    if (kind === "advance") clock.advance(ms);
    else if (kind === "stall") clock.stall(ms);
    else set(index, ms);
    if (kind === "stall") clock.tick();
    if (kind !== "arm") for (const at of due) assert.ok(at > clock.elapsed - 2 * tickMs, "one is too late");
  }
  wheel.close();
}

describe("many time-outs", () => {
  const delays = fc.oneof(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 300_000 }));
  const which = fc.nat({ max: 39 });
  const step = fc.oneof(
    fc.record({ kind: fc.constant("arm" as const), which, ms: delays }),
    fc.record({ kind: fc.constant("arm" as const), which, ms: delays }),
    fc.record({ kind: fc.constant("disarm" as const), which, ms: fc.constant(0) }),
    fc.record({ kind: fc.constant("advance" as const), which: fc.constant(0), ms: fc.integer({ min: 0, max: 2_000 }) }),
    fc.record({
      kind: fc.constant("advance" as const),
      which: fc.constant(0),
      ms: fc.integer({ min: 0, max: 150_000 }),
    }),
    fc.record({ kind: fc.constant("stall" as const), which: fc.constant(0), ms: fc.integer({ min: 0, max: 250_000 }) }),
  );

  it("fire as a simple model says, whatever is armed, moved and disarmed between any passing of time", () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 120, size: "max" }), fc.boolean(), behavesLikeModel), {
      numRuns: 200,
    });
  });

  it("100,000 of them fire each once, in its time", () => {
    const clock = new StepClock();
    const wheel = new TimerWheel(clock);
    let fired = 0;
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let count = 0; count < 100_000; count++) {
      const armed = clock.elapsed;
      const moved = random() < 0.5;
      const delay = 1 + Math.floor(random() * 200_000);
      const timeout = new Timeout(() => {
        fired++;
        const late = clock.elapsed - armed - delay;
        assert.ok(late >= 0 && late <= tickMs);
      });
      if (moved) wheel.arm(timeout, 1 + Math.floor(random() * 400_000));
      wheel.arm(timeout, delay);
      if (count % 1000 === 0) clock.advance(random() * 250);
    }
    clock.advance(250_000);
    assert.equal(fired, 100_000);
  });
});
