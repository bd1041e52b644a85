// How many requests each proxy loses when members fail: see README.md.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { broken } from "./failover/asserts.mjs";
import { measure } from "./failover/measure.mjs";
import { readOptions, usage } from "./failover/options.mjs";
import { json, progress, report } from "./failover/report.mjs";

const folder = mkdtempSync(join(tmpdir(), "fairlead-failover-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
try {
  await main(readOptions());
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}

async function main({ help, json: asJson, assert, schedule, present, absent, pairs }) {
  if (help) return console.log(usage);
  const runs = [];
  for (const pair of pairs) {
    const run = await runOne(pair, schedule);
    runs.push(run);
    console.error(`[${runs.length}/${pairs.length}] ${progress(run)}`);
  }
  const versions = [...new Set(present.map((proxy) => proxy.version()))];
  const missing = absent.map(({ name }) => name);
  console.log(asJson ? json(runs, versions, missing, schedule) : report(runs, versions, missing));
  const wrong = assert ? broken(runs) : [];
  for (const line of wrong) console.error(`Fairlead, ${line}`);
  if (wrong.length > 0 || runs.some(({ error }) => error !== undefined)) process.exitCode = 1;
}

async function runOne({ fault, proxy }, schedule) {
  const run = { id: proxy.id, proxy: proxy.name, fault: fault.id };
  try {
    return { ...run, result: await measure(proxy, fault, schedule, folder) };
  } catch (error) {
    return { ...run, error: error.message };
  }
}
