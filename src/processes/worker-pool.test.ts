import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { ToControl, ToWorker } from "../farm/messages.ts";
import type { Clock } from "../util/clock.ts";
import { WorkerPool, type WorkerProcess } from "./worker-pool.ts";

class FakeProcess implements WorkerProcess {
  readonly pid: number;
  readonly heard: string[] = [];
  killed = false;
  #hear: (message: ToControl) => void = () => undefined;
  #exit: (how: string) => void = () => undefined;

  constructor(pid: number) {
    this.pid = pid;
  }

  send(message: ToWorker): void {
    this.heard.push(message.type === "stop" ? `stop ${message.graceMs}` : message.type);
  }

  onMessage(hear: (message: ToControl) => void): void {
    this.#hear = hear;
  }

  onExit(hear: (how: string) => void): void {
    this.#exit = hear;
  }

  kill(): void {
    if (this.killed) return;
    this.killed = true;
    this.die("SIGKILL");
  }

  say(message: ToControl = { type: "numbers", members: [] }): void {
    this.#hear(message);
  }

  die(how = "exit code 1"): void {
    this.#exit(how);
  }
}

function setting(count = 2) {
  const clock = new FakeClock();
  let away = 0;
  const jumping: Clock = {
    now: () => clock.now() + away,
    monotonic: () => clock.monotonic() + away,
    after: (delayMs, run) => clock.after(delayMs, run),
    every: (periodMs, run) => clock.every(periodMs, run),
  };
  const processes: FakeProcess[] = [];
  const log: string[] = [];
  const said: string[] = [];
  const gone: number[] = [];
  const pool = new WorkerPool({
    count,
    start() {
      const process = new FakeProcess(100 + processes.length);
      processes.push(process);
      return process;
    },
    clock: jumping,
    log: (event, fields) => void log.push(`${event} ${Object.values(fields).join(" ")}`),
    introduce: (send) => send({ type: "ticket-keys", keys: "k" }),
    receive: (message, worker) => void said.push(`${worker} ${message.type}`),
    gone: (worker) => void gone.push(worker),
  });
  pool.start();
  const at = (index: number): FakeProcess => {
    const process = processes[index];
    if (process === undefined) throw new RangeError(`no process ${index}`);
    return process;
  };
  const running = (): number[] => pool.workers().map(({ worker }) => worker);
  const jump = (ms: number): void => void (away += ms);
  return { clock, processes, log, said, gone, pool, at, running, jump };
}

describe("the worker processes", () => {
  it("are as many as wanted; each is told all that it must know, and then what all are told", () => {
    const { pool, at, said, running } = setting();
    assert.deepEqual(running(), [1, 2]);
    pool.send({ type: "reopen-logs" });
    for (const index of [0, 1]) assert.deepEqual(at(index).heard, ["ticket-keys", "reopen-logs"]);
    at(1).say();
    at(0).say();
    assert.deepEqual(said, ["2 numbers", "1 numbers"]);
  });

  it("are replaced at once when they die, under a new number, and the others are left alone", () => {
    const { pool, at, running, gone, log, processes } = setting();
    at(0).die("SIGKILL");
    assert.deepEqual(running(), [2, 3]);
    assert.deepEqual(gone, [1]);
    assert.equal(pool.deaths, 1);
    assert.deepEqual(at(2).heard, ["ticket-keys"]);
    assert.deepEqual(log.slice(2), ["worker.died 1 100 SIGKILL 0", "worker.started 3 102"]);
    assert.equal(processes.length, 3);
    assert.equal(at(1).killed, false);
  });

  it("that keep dying are an alarm, and are started ever later", async () => {
    const { clock, at, running, log, pool } = setting(1);
    for (let index = 0; index < 3; index++) at(index).die();
    assert.deepEqual(running(), [4]);
    at(3).die();
    assert.deepEqual(running(), []);
    assert.deepEqual(log.at(-1), "worker.keeps-dying 4 103 exit code 1 1000");
    await clock.advance(999);
    assert.deepEqual(running(), []);
    await clock.advance(1);
    assert.deepEqual(running(), [5]);
    at(4).die();
    await clock.advance(1999);
    assert.deepEqual(running(), []);
    await clock.advance(1);
    assert.deepEqual(running(), [6]);
    assert.equal(pool.deaths, 5);
  });

  it("that are silent for 20 s are killed and replaced; those that say anything are not", async () => {
    const { clock, at, running, log } = setting();
    for (let second = 0; second < 60; second++) {
      at(1).say();
      if (second === 10) at(0).say();
      await clock.advance(1000);
      assert.equal(at(0).killed, second >= 29, `after ${second + 1} s`);
      if (at(0).killed) break;
    }
    assert.deepEqual(running(), [2, 3]);
    assert.deepEqual(log.slice(2), ["worker.hangs 1 100 20", "worker.died 1 100 SIGKILL 0", "worker.started 3 102"]);
  });

  it("are not killed because the control process itself was away", async () => {
    const { clock, at, running, jump } = setting();
    await clock.advance(4000);
    jump(60_000);
    await clock.advance(1000);
    assert.deepEqual(running(), [1, 2]);
    await clock.advance(15_000);
    at(0).say();
    await clock.advance(10_000);
    assert.deepEqual(running(), [1, 3]);
  });

  it("are alive while one of them was heard of lately", async () => {
    const { clock, pool, at } = setting();
    assert.equal(pool.alive(), true);
    await clock.advance(19_000);
    at(0).say();
    await clock.advance(19_000);
    assert.equal(pool.alive(), true);
    for (let index = 0; index < 5; index++) at(index).die();
    assert.equal(pool.alive(), false);
  });

  it("all end when they are told to, and none is replaced any more", async () => {
    const { clock, pool, at, processes } = setting();
    let ended = false;
    const stopped = pool.stop(30_000, false).then(() => (ended = true));
    for (const index of [0, 1]) assert.equal(at(index).heard.at(-1), "stop 30000");
    at(0).die("exit code 0");
    await clock.advance(29_000);
    assert.equal(ended, false);
    at(1).die("exit code 0");
    await stopped;
    assert.equal(processes.length, 2);
    assert.equal(pool.deaths, 0);
    assert.equal(clock.pending, 0);
  });

  it("that do not end are killed 5 s after the grace", async () => {
    const { clock, pool, at } = setting(1);
    const stopped = pool.stop(30_000, false);
    await clock.advance(34_999);
    assert.equal(at(0).killed, false);
    await clock.advance(1);
    assert.equal(at(0).killed, true);
    await stopped;
  });

  it("end sooner when they are told so again", async () => {
    const { clock, pool, at } = setting(1);
    const stopped = Promise.all([pool.stop(3_600_000, false), pool.stop(0, false)]);
    assert.deepEqual(at(0).heard.slice(-2), ["stop 3600000", "stop 0"]);
    await clock.advance(5000);
    assert.equal(at(0).killed, true);
    await stopped;
  });

  it("that wait to be started are never started once all is to end", async () => {
    const { clock, pool, at, processes } = setting(1);
    for (let index = 0; index < 4; index++) at(index).die();
    await pool.stop(0, false);
    await clock.advance(60_000);
    assert.equal(processes.length, 4);
  });
});
