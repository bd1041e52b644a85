// What many rules cost: loading them, holding them, and each request, against few rules and against none.
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { get } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { memberCommand } from "./member.mjs";
import { cpuSeconds, freePorts, installed, listening, memoryKib, run, start, stop } from "./processes.mjs";
import { documentOf, few, kinds, requestsOf } from "./rules/documents.mjs";
import { patternCosts } from "./rules/pattern-cost.mjs";
import { median, table } from "./table.mjs";
import { wrk } from "./wrk.mjs";

const usage = `node bench/rules.mjs [options]
  --short            less of everything, and exit code 1 where many rules cost far more than few: a smoke test
  --rounds N         rounds, of which the median counts (15)
  --seconds N        length of a round (1)
  --only KIND        only these rules; may be repeated: ${kinds.map(({ id }) => id).join(", ")}
  --json             the result as JSON`;

const { values: options } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    rounds: { type: "string" },
    seconds: { type: "string" },
    only: { type: "string", multiple: true, default: [] },
  },
});

const rounds = Number(options.rounds ?? (options.short ? 3 : 15));
const seconds = Number(options.seconds ?? 1);
const loads = options.short ? 1 : 3;
const reloads = options.short ? 2 : 4;
const cores = availableParallelism();
// The router has a core of its own; the load and the member share the other one.
const routerCore = cores > 1 ? 1 : null;
const loadCore = cores > 1 ? 0 : null;
/** Far above what is aimed at, as a short run on a busy machine says little. */
const shortBound = 1.5;
const say = (text) => process.stderr.write(`${text}\n`);
const fairlead = join(import.meta.dirname, "..", "bin", "fairlead.mjs");
const loadOnce = join(import.meta.dirname, "rules", "load-once.mjs");

/** Each size once with rules and once with routes to the same farms, so that what farms cost is not taken for the rules'. */
function setupsOf({ many }) {
  return [
    { id: "few routes", size: few, byRoutes: true },
    { id: "few rules", size: few, byRoutes: false },
    { id: "many routes", size: many, byRoutes: true },
    { id: "many rules", size: many, byRoutes: false },
  ];
}

async function loadTimes(kind, setup, folder) {
  const file = join(folder, "load.yaml");
  writeFileSync(
    file,
    stringify(documentOf(kind, setup, { port: 8080, memberPort: 8081 }), { aliasDuplicateObjects: false }),
  );
  const results = [];
  for (let turn = 0; turn < loads; turn++) {
    const args = ["--expose-gc", loadOnce, file, kind.id, String(setup.size[0])];
    results.push(JSON.parse(await run(process.execPath, args, routerCore)));
  }
  const of = (key) => median(results.map((result) => result[key]));
  return { loadMs: of("loadMs"), compileMs: of("compileMs"), heapMib: of("heapMib") };
}

async function startRouter(kind, setup, ports, folder) {
  const [port, adminPort, memberPort] = ports;
  const file = join(folder, `${port}.yaml`);
  const write = (variant) => {
    const document = documentOf(kind, setup, { port, adminPort, memberPort, variant });
    writeFileSync(file, stringify(document, { aliasDuplicateObjects: false }));
  };
  write(0);
  const child = start({ command: process.execPath, args: [fairlead, "run", "-c", file] }, routerCore);
  await listening(port, child, `Fairlead, ${kind.id}, ${setup.id}`);
  const turns = requestsOf(kind, setup.size[0]);
  for (const turn of turns) await proves(port, turn);
  const admin = `http://127.0.0.1:${adminPort}`;
  return { ...setup, child, port, admin, write, turns, kib: memoryKib(child), rounds: [] };
}

async function proves(port, { host, path }) {
  const [response] = await once(get({ port, host: "127.0.0.1", path, headers: { host } }), "response");
  response.resume();
  if (response.statusCode !== 200) throw new Error(`${host}${path} was answered with ${response.statusCode}`);
}

async function round({ child, port, turns }, folder) {
  const before = cpuSeconds(child);
  const load = { seconds, connections: 64, turns, folder, core: loadCore };
  const { requests, errors } = await wrk(`http://127.0.0.1:${port}/`, load);
  return { value: ((cpuSeconds(child) - before) / requests) * 1e6, errors };
}

/** All routers are up at once and take turns: what disturbs the machine disturbs them all alike. */
async function measureRequests(kind, routers, folder) {
  for (let turn = 0; turn <= rounds; turn++) {
    for (const router of routers) {
      const result = await round(router, folder);
      // The first one warms up: the compiler, connections to the member.
      if (turn > 0) router.rounds.push(result);
    }
    if (turn > 0)
      say(`  ${turn}/${rounds} ${routers.map((one) => `${one.id}: ${last(one).toFixed(2)}`).join(", ")} µs`);
  }
}

const last = (router) => router.rounds.at(-1).value;

async function measureReloads({ admin, write }) {
  const times = [];
  for (let variant = 1; variant <= reloads; variant++) {
    write(variant);
    const from = performance.now();
    const outcome = await (await fetch(`${admin}/api/v1/reload`, { method: "POST" })).json();
    times.push(performance.now() - from);
    if (outcome.applied !== true || outcome.changes.length === 0)
      throw new Error(JSON.stringify(outcome).slice(0, 300));
  }
  return median(times);
}

async function measureKind(kind, folder) {
  say(kind.title);
  const setups = setupsOf(kind);
  const [memberPort, ...ports] = await freePorts(1 + 2 * setups.length);
  const member = start(memberCommand({ folder, port: memberPort }), loadCore);
  const routers = [];
  try {
    await listening(memberPort, member, "the member");
    for (const [at, setup] of setups.entries()) {
      const places = [ports[2 * at], ports[2 * at + 1], memberPort];
      routers.push(await startRouter(kind, setup, places, folder));
    }
    await measureRequests(kind, routers, folder);
    const results = [];
    for (const router of routers) {
      const { id, size, byRoutes, kib, rounds: values } = router;
      const load = await loadTimes(kind, router, folder);
      results.push({ id, size, byRoutes, kib, ...load, reloadMs: await measureReloads(router), rounds: values });
    }
    return { kind: kind.id, title: kind.title, indexed: kind.indexed, results };
  } finally {
    for (const { child } of routers) stop(child);
    stop(member);
  }
}

/** Within each round: many rules to few, and rules to routes that lead to the same farms. */
function ratiosOf({ results }) {
  const of = (id) => results.find((one) => one.id === id).rounds.map(({ value }) => value);
  const ratios = (one, other) => of(one).map((value, turn) => value / of(other)[turn]);
  return {
    manyToFew: ratios("many rules", "few rules"),
    fewToRoutes: ratios("few rules", "few routes"),
    manyToRoutes: ratios("many rules", "many routes"),
    routes: ratios("many routes", "few routes"),
  };
}

const range = (values) => `${Math.min(...values).toFixed(2)}-${Math.max(...values).toFixed(2)}`;

function requestTable(done) {
  const rows = done.map((each) => {
    const { manyToFew, fewToRoutes, manyToRoutes, routes } = ratiosOf(each);
    const many = each.results.find(({ id }) => id === "many rules");
    const count = many.size.map((number) => number.toLocaleString("en")).join(" / ");
    const medians = [fewToRoutes, manyToRoutes, routes].map((values) => median(values).toFixed(2));
    return [each.title, count, median(manyToFew).toFixed(2), range(manyToFew), ...medians];
  });
  const ratios = [
    "times 10 rules",
    "range of rounds",
    "10 rules to 10 routes",
    "many to as many routes",
    "routes alone",
  ];
  return table(["rules", "rules / farms", ...ratios], rows);
}

function loadTable(done) {
  const rows = done.flatMap(({ title, results }) =>
    results
      .filter(({ byRoutes }) => !byRoutes)
      .map(({ size, loadMs, compileMs, heapMib, kib, reloadMs }) => {
        const numbers = [loadMs, compileMs, reloadMs].map((value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`);
        const count = size.map((number) => number.toLocaleString("en")).join(" / ");
        return [title, count, ...numbers, `${heapMib.toFixed(1)} MiB`, `${(kib / 1024).toFixed(0)} MiB`];
      }),
  );
  return table(["rules", "rules / farms", "read and check", "compile", "reload", "heap", "process"], rows);
}

function patternTable() {
  const rows = patternCosts().map(({ source, engine, own, native }) => {
    const ratio = native === null ? "-" : (own[0] / native[0]).toFixed(1);
    const times = [...own, ...(native ?? [])].map((ns) => ns.toFixed(0));
    const cells = native === null ? [...times, "-", "-"] : times;
    return [`\`${source.replaceAll("|", "\\|")}\``, engine, ...cells, ratio];
  });
  const head = ["a match, ns", "no match, ns", "native, a match", "native, no match", "times native, a match"];
  return table(["pattern", "engine", ...head], rows);
}

function requirements() {
  if (process.platform !== "linux") return "this needs Linux: CPU time is read from /proc";
  const missing = ["wrk", "nginx"].filter((program) => !installed(program));
  return missing.length === 0 ? null : `absent, and needed: ${missing.join(", ")}`;
}

/** What can't be so, or in a short run what is far too much. */
function complaints(done) {
  const failed = done.flatMap(({ title, results }) =>
    results.some((one) => one.rounds.some(({ errors }) => errors > 0)) ? [`${title}: requests failed`] : [],
  );
  const slow = done.flatMap((each) => {
    const ratio = median(ratiosOf(each).manyToFew);
    return options.short && each.indexed && ratio > shortBound ? [`${each.title}: ${ratio.toFixed(2)} times`] : [];
  });
  return [...failed, ...slow];
}

function wanted() {
  const shortly = ["arr-hosts", "paths"];
  const ids = options.only.length > 0 ? options.only : options.short ? shortly : kinds.map(({ id }) => id);
  return kinds.filter(({ id }) => ids.includes(id));
}

async function main() {
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const problem = requirements();
  if (problem !== null) throw new Error(problem);
  const folder = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const done = [];
  for (const kind of wanted()) done.push(await measureKind(kind, folder));
  const machine = `${new Date().toISOString()}, ${cores} cores (${cpus()[0]?.model.trim()}), Node.js ${process.versions.node}`;
  if (options.json) process.stdout.write(`${JSON.stringify({ machine, done }, null, 2)}\n`);
  else {
    const parts = [machine, requestTable(done), loadTable(done), patternTable()];
    process.stdout.write(`${parts.join("\n\n")}\n`);
  }
  const faults = complaints(done);
  for (const fault of faults) say(fault);
  process.exit(faults.length === 0 ? 0 : 1);
}

try {
  await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
