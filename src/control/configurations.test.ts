import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { describe, it } from "node:test";
import { aConfig } from "../../test/support/configs.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { Config } from "../config/config.ts";
import type { LoadResult } from "../config/load-config.ts";
import type { Problem } from "../config/problem.ts";
import { configurationEvent } from "./configuration-event.ts";
import { Configurations } from "./configurations.ts";
import { EventRing } from "./event-ring.ts";

const problem = (message: string): Problem => ({ file: "fairlead.yaml", line: 3, column: 7, path: "x", message });

function numbered(workers: number): Config {
  return aConfig([], { limits: { connections: workers, connectionsPerClient: null, requests: null } });
}

function good(config: Config, warnings: readonly Problem[] = []): LoadResult {
  return {
    ok: true,
    config,
    warnings,
    files: new Map(),
    document: { ok: true, bytes: Buffer.from([config.limits.connections ?? 0]) },
    expanded: {},
    problemAt: (_path, message) => problem(message),
  };
}

function setting() {
  const clock = new FakeClock();
  const ring = new EventRing(clock);
  const log: string[] = [];
  const asked: string[] = [];
  const put: (number | null)[] = [];
  const state = {
    next: good(numbered(1)),
    put: async (_config: Config): Promise<void> => undefined,
    explain: (error: unknown): Problem => problem(String(error)),
  };
  const configurations = new Configurations({
    first: numbered(1),
    load: async (by, inForce) => {
      asked.push(`${by} ${inForce?.ok === true ? inForce.bytes.join() : "none"}`);
      return state.next;
    },
    put: async (config) => {
      await state.put(config);
      put.push(config.limits.connections);
    },
    explain: (error) => state.explain(error),
    decided: (by, outcome) => void ring.add(configurationEvent(by, outcome)),
    clock,
    log: (event, fields) => void log.push(`${event} ${JSON.stringify(fields)}`),
  });
  const reload = async (number: number) => {
    state.next = good(numbered(number));
    return configurations.reload("command");
  };
  const history = (): string[] =>
    configurations.history().map(({ id, by, inForce }) => `${id} ${by}${inForce ? " *" : ""}`);
  const events = (): string[] => ring.since(0).map(({ kind, is, by, why }) => `${kind} ${is} (${by}): ${why}`);
  return { clock, log, events, asked, put, state, configurations, reload, history };
}

describe("configurations", () => {
  it("are put in force with what changes, and are remembered with their time and origin", async () => {
    const { clock, configurations, reload, put, log } = setting();
    await clock.advance(1000);
    const outcome = await reload(2);
    assert.deepEqual(outcome, {
      applied: true,
      id: 2,
      changes: ["limits.connections: 1 -> 2"],
      warnings: [],
      tookMs: 0,
    });
    assert.deepEqual(put, [2]);
    assert.deepEqual(configurations.history(), [
      { id: 2, at: "2026-01-01T00:00:01.000Z", by: "command", changes: ["limits.connections: 1 -> 2"], inForce: true },
      { id: 1, at: "2026-01-01T00:00:00.000Z", by: "start", changes: [], inForce: false },
    ]);
    assert.deepEqual(log, [
      'config.reloaded {"file":"fairlead.yaml","by":"command","changes":1,"summary":"limits.connections: 1 -> 2"}',
    ]);
  });

  it("that mean the same are not put in force again, and leave no trace", async () => {
    const { reload, put, history, log } = setting();
    const outcome = await reload(1);
    assert.deepEqual(outcome, { applied: true, id: 1, changes: [], warnings: [], tookMs: 0 });
    assert.deepEqual([put, history(), log], [[], ["1 start *"], []]);
  });

  it("are only described by a dry run", async () => {
    const { configurations, state, put, history } = setting();
    state.next = good(numbered(2), [problem("hm")]);
    const outcome = await configurations.reload("command", true);
    assert.deepEqual(outcome, {
      applied: false,
      problems: [],
      changes: ["limits.connections: 1 -> 2"],
      warnings: [problem("hm")],
    });
    assert.deepEqual([put, history()], [[], ["1 start *"]]);
  });

  it("that are wrong are refused with every problem, and the old one stays", async () => {
    const { configurations, state, put, history, log } = setting();
    const problems = [problem("bad"), problem("worse")];
    state.next = { ok: false, problems, warnings: [], files: new Map(), document: { ok: false, reason: "gone" } };
    for (const dryRun of [false, true]) {
      const outcome = await configurations.reload("signal", dryRun);
      assert.deepEqual(outcome, { applied: false, problems, warnings: [], changes: [] });
    }
    assert.equal(log.length, 1, "a dry run is no reload that failed");
    assert.deepEqual([put, history()], [[], ["1 start *"]]);
    assert.match(log[0] ?? "", /^config\.refused .*"problems":2,"problem":"fairlead\.yaml:3:7: x: bad"/);
  });

  it("that can't be put in force are refused with the place of the reason", async () => {
    const { state, reload, history } = setting();
    state.put = async () => Promise.reject(new Error("port 80 is taken"));
    const outcome = await reload(2);
    assert.ok(!outcome.applied);
    assert.deepEqual(outcome.problems, [problem("Error: port 80 is taken")]);
    assert.deepEqual(outcome.changes, ["limits.connections: 1 -> 2"]);
    assert.deepEqual(history(), ["1 start *"]);
    state.put = async () => undefined;
    assert.equal((await reload(2)).applied, true);
  });

  it("are refused, and the router lives on, where nobody can say why", async () => {
    const { state, reload, log, history } = setting();
    state.put = async () => Promise.reject(new Error("a fault"));
    state.explain = (error) => {
      throw error;
    };
    const outcome = await reload(2);
    assert.ok(!outcome.applied);
    assert.deepEqual(outcome.problems[0]?.message, "a fault");
    assert.match(log[0] ?? "", /^router\.failed .*"problem":"a fault","stack":"Error: a fault/);
    assert.deepEqual(history(), ["1 start *"]);
  });

  it("that can't even be read for a fault of ours are refused as well", async () => {
    const { configurations, state, log } = setting();
    Object.defineProperty(state, "next", {
      get: () => {
        throw new Error("a fault");
      },
    });
    const outcome = await configurations.reload("signal");
    assert.ok(!outcome.applied);
    assert.equal(outcome.problems[0]?.message, "a fault");
    assert.match(log[0] ?? "", /^router\.failed /);
  });

  it("are changed one at a time, in the order of the wishes", async () => {
    const { configurations, state, put, history } = setting();
    const held = new EventEmitter();
    state.put = async () => void (await once(held, "release"));
    state.next = good(numbered(2));
    const first = configurations.reload("command");
    const second = configurations.reload("watch");
    const back = configurations.rollback(1);
    await new Promise((resolve) => setImmediate(resolve));
    state.put = async () => undefined;
    state.next = good(numbered(3));
    assert.deepEqual(put, []);
    held.emit("release");
    const outcomes = await Promise.all([first, second, back]);
    assert.deepEqual(
      outcomes.map(({ changes }) => changes[0]),
      ["limits.connections: 1 -> 2", "limits.connections: 2 -> 3", "limits.connections: 3 -> 1"],
    );
    assert.deepEqual(put, [2, 3, 1]);
    assert.deepEqual(history(), ["4 rollback *", "3 watch", "2 command", "1 start"]);
  });

  it("are read from the document in force where only certificates are to be renewed", async () => {
    const { configurations, reload, asked } = setting();
    await reload(2);
    await configurations.reload("certificate");
    assert.deepEqual(asked, ["command none", "certificate 2"]);
  });
});

describe("rollback", () => {
  it("goes to the one before the present one, and from there forward again", async () => {
    const { configurations, reload, put } = setting();
    await reload(2);
    await configurations.rollback();
    assert.deepEqual(put, [2, 1]);
    await configurations.rollback();
    assert.deepEqual(put, [2, 1, 2]);
  });

  it("goes to any of the last ten", async () => {
    const { configurations, reload, put, history } = setting();
    for (let number = 2; number <= 12; number++) await reload(number);
    assert.equal(history().length, 10);
    const outcome = await configurations.rollback(3);
    assert.ok(outcome.applied);
    assert.equal(put.at(-1), 3);
    const refused = await configurations.rollback(2);
    assert.ok(!refused.applied);
    assert.match(refused.problems[0]?.message ?? "", /^there is no configuration 2: the last ones are 13, 12, /);
  });

  it("is refused where there is none, and does nothing where it means the same", async () => {
    const { configurations, put } = setting();
    const outcome = await configurations.rollback();
    assert.ok(!outcome.applied);
    assert.match(outcome.problems[0]?.message ?? "", /no earlier configuration/);
    assert.deepEqual(await configurations.rollback(1), { applied: true, id: 1, changes: [], warnings: [], tookMs: 0 });
    assert.deepEqual(put, []);
  });
});

describe("events of configurations", () => {
  it("tell of each that came into force or was refused, who asked for it and what changed", async () => {
    const { configurations, state, reload, events } = setting();
    await reload(1);
    await configurations.rollback(9);
    await reload(2);
    await configurations.reload("certificate");
    state.next = good(numbered(3));
    await configurations.reload("watch", true);
    await configurations.rollback();
    const problems = [problem("bad"), problem("worse")];
    state.next = { ok: false, problems, warnings: [], files: new Map(), document: { ok: false, reason: "gone" } };
    await configurations.reload("signal");
    await configurations.reload("signal", true);
    state.put = async () => Promise.reject(new Error("port 80 is taken"));
    await reload(4);
    assert.deepEqual(events(), [
      "configuration applied (command): limits.connections: 1 -> 2",
      "configuration rolled back (command): limits.connections: 2 -> 1",
      "configuration refused (signal): the old one serves on: fairlead.yaml:3:7: x: bad (and 1 more)",
      "configuration refused (command): the old one serves on: fairlead.yaml:3:7: x: Error: port 80 is taken",
    ]);
  });
});
