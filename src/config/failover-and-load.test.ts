import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FarmConfig, IdentityOfServer } from "./farm-config.ts";
import { interpret, type Interpretation } from "./interpret.ts";
import { problemLine } from "./problem.ts";
import type { FileContents } from "./referenced-files.ts";

const files: FileContents = new Map([
  ["sorry.html", { ok: true, bytes: Buffer.from("<h1>Désolé</h1>") }],
  ["empty.html", { ok: true, bytes: Buffer.alloc(0) }],
  ["most.html", { ok: true, bytes: Buffer.alloc(262_144, "x") }],
  ["large.html", { ok: true, bytes: Buffer.alloc(262_145, "x") }],
  ["gone.html", { ok: false, reason: "there is no such file" }],
]);

function read(keys: string, rest = "", servers = "{ a: a.local, b: b.local }"): Interpretation {
  const text = `listen: [{ port: 80 }]
servers: ${servers}
farms: { app: { servers: [a, b], ${keys} } }
routes: [{ farm: app }]
${rest}`;
  return interpret(text, "f.yaml", {}).resolve({ files, env: {}, now: 0 });
}

function farmOf(keys: string, rest = "", servers?: string): FarmConfig {
  const result = read(keys, rest, servers);
  assert.ok(result.ok, JSON.stringify(result));
  assert.deepEqual(result.warnings, []);
  return result.config.farms[0]!;
}

/** What is said about it, without the place in the file. */
function said(result: Interpretation): string[] {
  const found = result.ok ? result.warnings : result.problems;
  return found.map((one) => problemLine(one).replace(/^f\.yaml:\d+:\d+: (warning: )?/, ""));
}

const percent = 'write a number from 1 to 100 with "%", such as 25%, or off';
const whole = (least: number, most: number): string => `write a whole number from ${least} to ${most}`;
const duration = "write a number with its unit (ms, s, m or h, at most 576h), such as 5s, 1500ms or 35m";
const counts = "write connect, timeout, reset or a status from 500 to 599";

const wrong: readonly (readonly [keys: string, place: string, problem: string | RegExp])[] = [
  ["liveTraffic: { fails: 0 }", "liveTraffic.fails", `0 is not allowed here: ${whole(1, 1000)}`],
  ["liveTraffic: { fails: 1001 }", "liveTraffic.fails", whole(1, 1000)],
  ["liveTraffic: { fails: 1.5 }", "liveTraffic.fails", whole(1, 1000)],
  ["liveTraffic: { fails: two }", "liveTraffic.fails", whole(1, 1000)],
  ["liveTraffic: { within: 5 }", "liveTraffic.within", `5 is not a duration: ${duration}`],
  ["liveTraffic: { within: off }", "liveTraffic.within", duration],
  ["liveTraffic: { within: 0s }", "liveTraffic.within", duration],
  ["liveTraffic: { within: 577h }", "liveTraffic.within", duration],
  ["liveTraffic: { count: [] }", "liveTraffic.count", "nothing counts: write what does, or liveTraffic: off"],
  ["liveTraffic: { count: reset }", "liveTraffic.count", "such as [connect, timeout, reset, 503]"],
  ["liveTraffic: { count: [404] }", "liveTraffic.count.0", `404 is not what counts: ${counts}`],
  ["liveTraffic: { count: [connect, 401] }", "liveTraffic.count.1", `401 is not what counts: ${counts}`],
  ["liveTraffic: { count: [600] }", "liveTraffic.count.0", counts],
  ["liveTraffic: { count: [resets] }", "liveTraffic.count.0", counts],
  ["liveTraffic: { count: ['503'] }", "liveTraffic.count.0", counts],
  ["liveTraffic: { then: probe }", "liveTraffic.then", "probe-now, eject"],
  ["liveTraffic: { ejectFor: off }", "liveTraffic.ejectFor", duration],
  ["liveTraffic: { maxEjected: 101% }", "liveTraffic.maxEjected", 'write a number from 0 to 100 with "%"'],
  ["liveTraffic: { maxEjected: 50 }", "liveTraffic.maxEjected", 'write a number from 0 to 100 with "%"'],
  ["liveTraffic: on", "liveTraffic", "or off"],
  ["failover: { tries: 0 }", "failover.tries", whole(1, 10)],
  ["failover: { tries: 11 }", "failover.tries", whole(1, 10)],
  ["failover: { replay: 17MiB }", "failover.replay", "from 0B to 16MiB"],
  ["failover: { replay: 64 }", "failover.replay", "from 0B to 16MiB"],
  ["failover: { repeat: all }", "failover.repeat", "safe, idempotent, any"],
  ["failover: { budget: 0% }", "failover.budget", percent],
  ["failover: { budget: 101% }", "failover.budget", percent],
  ["failover: { budget: 20 }", "failover.budget", percent],
  ["failover: { attemptTimeout: 0s }", "failover.attemptTimeout", `${duration}, or off`],
  ["failover: { allDown: fail }", "failover.allDown", "refuse, panic, last-known-good"],
  ["failover: { retryAfter: -1s }", "failover.retryAfter", duration],
  ["failover: { sorryPage: gone.html }", "failover.sorryPage", '"gone.html" cannot be read: there is no such file'],
  [
    "failover: { sorryPage: empty.html }",
    "failover.sorryPage",
    '"empty.html" is empty: write a page of at most 262144',
  ],
  [
    "failover: { sorryPage: large.html }",
    "failover.sorryPage",
    '"large.html" has 262145 bytes: write a page of at most',
  ],
  ["minimumServers: -1", "minimumServers", whole(0, 1000)],
  ["slowStart: 10", "slowStart", duration],
  ["maxRequests: 0", "maxRequests", whole(1, 1_000_000)],
  ["maxRequests: 5, queue: 10", "queue", "10 is not a queue: write { length: 100, timeout: 10s }"],
  ["maxRequests: 5, queue: { length: -1 }", "queue.length", whole(0, 100_000)],
  ["maxRequests: 5, queue: { timeout: off }", "queue.timeout", duration],
  ["maxRequests: 5, queue: { size: 1 }", "queue.size", '"size" is not a key here'],
];

describe("what keeps requests from being lost, in a configuration:", () => {
  for (const [keys, place, problem] of wrong) {
    it(`${keys} is refused`, () => {
      const result = read(keys);
      assert.equal(result.ok, false);
      const [first = "", ...others] = said(result);
      assert.deepEqual(others, []);
      assert.ok(first.startsWith(`farms.app.${place}: `), first);
      assert.ok(first.includes(String(problem)), first);
    });
  }

  it("weight 0 is refused", () => {
    const text = `listen: [{ port: 80 }]
servers: { a: a.local }
farms: { app: { servers: [{ server: a, weight: 0 }] } }
routes: [{ farm: app }]
`;
    const result = interpret(text, "f.yaml", {}).resolve({ files, env: {}, now: 0 });
    assert.equal(result.ok, false);
    assert.match(
      said(result).join("\n"),
      /^farms\.app\.servers\.0\.weight: 0 is not allowed here: write a whole number from 1 to 1000/,
    );
  });

  it("a queue without maxRequests is a warning, as long as no member has its own", () => {
    const result = read("queue: { length: 5 }");
    assert.equal(result.ok, true);
    assert.deepEqual(said(result), [
      "farms.app.queue: nothing ever waits in this queue without `maxRequests`: write maxRequests, or leave the queue out",
    ]);
    assert.deepEqual(farmOf("maxRequests: 3, queue: { length: 5 }").queue, { length: 5, timeoutMs: 10_000 });
  });

  it("a sorry page of the defaults that is missing is told once, where it stands", () => {
    const rest = "defaults: { failover: { sorryPage: gone.html } }\n";
    const text = `listen: [{ port: 80 }]
servers: { a: a.local }
farms: { one: { servers: [a] }, two: { servers: [a] } }
routes: [{ farm: one }, { path: /two, farm: two }]
${rest}`;
    const result = interpret(text, "f.yaml", {}).resolve({ files, env: {}, now: 0 });
    assert.equal(result.ok, false);
    assert.deepEqual(said(result).length, 1, said(result).join("\n"));
    assert.match(said(result)[0]!, /^defaults\.failover\.sorryPage: /);
  });
});

function identity(servers: string): IdentityOfServer[] {
  return farmOf("health: off", "", servers).members.map((member) => member.identity);
}

describe("what keeps requests from being lost is read", () => {
  it("with its built-in values", () => {
    const { failover, liveTraffic, queue, minimumServers, slowStartMs, members } = farmOf("health: off");
    assert.deepEqual(failover, {
      tries: 2,
      replayBytes: 65_536,
      repeat: "idempotent",
      budget: 0.2,
      attemptMs: 0,
      hedgeMs: 0,
      allDown: "refuse",
      retryAfterSeconds: 5,
      sorryPage: null,
    });
    assert.deepEqual(liveTraffic, {
      connect: true,
      timeout: true,
      reset: true,
      statuses: [502, 503, 504],
      fails: 2,
      withinMs: 5000,
      action: "probe-now",
      ejectMs: 30_000,
      maxEjected: 0.5,
    });
    assert.deepEqual([queue, minimumServers, slowStartMs], [{ length: 100, timeoutMs: 10_000 }, 1, 10_000]);
    assert.deepEqual([members[0].weight, members[0].maxRequests], [1, 0]);
  });

  it("key by key: the farm's, else the defaults', else the built-in one", () => {
    const rest = `defaults:
  liveTraffic: { fails: 7, within: 9s }
  failover: { tries: 4, budget: off, sorryPage: sorry.html }
  minimumServers: 2
  slowStart: off
`;
    const farm = farmOf("liveTraffic: { fails: 3 }, failover: { tries: 5, retryAfter: 1500ms }", rest);
    assert.deepEqual(
      [farm.liveTraffic?.fails, farm.liveTraffic?.withinMs, farm.liveTraffic?.action],
      [3, 9000, "probe-now"],
    );
    assert.deepEqual([farm.failover.tries, farm.failover.budget, farm.failover.retryAfterSeconds], [5, 0, 2]);
    assert.deepEqual([farm.minimumServers, farm.slowStartMs], [2, 0]);
    assert.equal(Buffer.from(farm.failover.sorryPage ?? "", "latin1").toString(), "<h1>Désolé</h1>");
  });

  it("off in the farm or the defaults, and on again in the farm", () => {
    assert.equal(farmOf("liveTraffic: off").liveTraffic, null);
    const rest = "defaults: { liveTraffic: off }\n";
    assert.equal(farmOf("health: off", rest).liveTraffic, null);
    assert.equal(farmOf("liveTraffic: { fails: 3 }", rest).liveTraffic?.withinMs, 5000);
  });

  it("to the largest sorry page", () => {
    assert.equal(farmOf("failover: { sorryPage: most.html, retryAfter: off }").failover.sorryPage?.length, 262_144);
  });

  it("with the names of the servers, so that one is told from the other", () => {
    assert.deepEqual(identity("{ a: EX1.local, b: 10.0.0.2 }"), [
      { own: null, others: [] },
      { own: null, others: ["ex1.local"] },
    ]);
    assert.deepEqual(identity('{ a: { url: "http://10.0.0.1", identity: EX1.Tails.local }, b: ex2 }'), [
      { own: "ex1.tails.local", others: [] },
      { own: null, others: ["ex1.tails.local"] },
    ]);
    assert.deepEqual(identity('{ a: "http://x.local:81", b: "http://X.local:82" }'), [
      { own: null, others: [] },
      { own: null, others: [] },
    ]);
  });

  it("but no identity that is empty", () => {
    const result = read("health: off", "", '{ a: { url: a.local, identity: "" }, b: b.local }');
    assert.match(said(result).join("\n"), /^servers\.a\.identity: /);
  });
});
