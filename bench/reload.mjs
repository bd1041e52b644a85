// How long a reload takes with many farms, and what requests notice of it: one run, with reloads and without.
// node bench/reload.mjs [--quick]; needs wrk.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const quick = process.argv.includes("--quick");
const reloads = quick ? 4 : 12;
const fairlead = join(import.meta.dirname, "..", "bin", "fairlead.mjs");

const servers = await Promise.all([1, 2].map(startServer));
const folder = mkdtempSync(join(tmpdir(), "fairlead-reload-"));
const rows = [];
try {
  for (const workers of quick ? [2] : [0, 2]) for (const farms of [100, 1000]) rows.push(await measure(farms, workers));
} finally {
  rmSync(folder, { recursive: true, force: true });
  for (const server of servers) server.close();
}
console.log(table(rows));

async function measure(farms, workers) {
  const write = (variant) =>
    writeFileSync(join(folder, "fairlead.yaml"), JSON.stringify(document(farms, workers, variant)));
  write(0);
  const router = spawn(process.execPath, [fairlead, "run"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  try {
    return await measureRunning(router, { farms, workers, write });
  } finally {
    router.kill("SIGKILL");
  }
}

async function measureRunning(router, { farms, workers, write }) {
  let log = "";
  router.stdout.on("data", (bytes) => (log += bytes));
  const logged = async (pattern) => {
    for (;;) {
      const found = pattern.exec(log);
      if (found !== null) return found[1];
      if (router.exitCode !== null) throw new Error(log);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  };
  const port = await logged(/"event":"listener.bound".*?"port":(\d+)/);
  const admin = await logged(/"event":"admin.bound","url":"([^"]+)"/);
  await logged(/("event":"router.started")/);
  const seconds = quick ? 3 : 10;
  const wrk = async () => {
    const url = `http://127.0.0.1:${port}/`;
    const { stdout } = await run("wrk", ["-t1", "-c1", `-d${seconds}s`, "--latency", "-H", "Host: f7.test", url]);
    if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(stdout);
    return milliseconds(/99%\s+(\S+)/.exec(stdout)?.[1] ?? "");
  };
  while (!(await fetch(`${admin}/readyz`)).ok) await new Promise((wake) => setTimeout(wake, 50));
  await wrk().catch(() => undefined);
  const quiet = await wrk();
  const times = [];
  const busy = wrk();
  const pause = (seconds * 1000) / (reloads + 1);
  for (let variant = 1; variant <= reloads; variant++) {
    await new Promise((wake) => setTimeout(wake, pause / 2));
    write(variant);
    const from = performance.now();
    const response = await fetch(`${admin}/api/v1/reload`, { method: "POST" });
    const outcome = await response.json();
    times.push(performance.now() - from);
    if (outcome.applied !== true || outcome.changes.length === 0) throw new Error(JSON.stringify(outcome));
  }
  const during = await busy;
  times.sort((a, b) => a - b);
  const [median, longest] = [times[Math.floor(times.length / 2)], times.at(-1)];
  return [String(farms), String(workers), ms(median), ms(longest), ms(quiet), ms(during)];
}

/** Every farm has its own check; from one variant to the next a tenth of the farms change. */
function document(farms, workers, variant) {
  const numbers = Array.from({ length: farms }, (_, number) => number);
  const farm = (number) => ({
    servers: ["one", "two"],
    health: { path: `/health/${number}`, every: "60s" },
    timeouts: { response: `${60 + (number % 10 === 0 ? variant : 0)}s` },
  });
  return {
    listen: [{ address: "127.0.0.1", port: 0 }],
    servers: Object.fromEntries(
      ["one", "two"].map((name, index) => [name, `http://127.0.0.1:${servers[index].address().port}`]),
    ),
    farms: Object.fromEntries(numbers.map((number) => [`f${number}`, farm(number)])),
    routes: numbers.map((number) => ({ host: `f${number}.test`, farm: `f${number}` })),
    admin: { port: 0 },
    workers,
  };
}

async function startServer() {
  const server = createServer((_request, response) => response.end("ok\n"));
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return server;
}

function milliseconds(text) {
  const [, number = "", unit = ""] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? [];
  return Number(number) * { us: 0.001, ms: 1, s: 1000 }[unit];
}

function ms(value) {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

function table(lines) {
  const head = ["farms", "workers", "reload, median", "reload, longest", "p99 without", "p99 with reloads"];
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
