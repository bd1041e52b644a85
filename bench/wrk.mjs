import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./processes.mjs";

const report = `done = function(summary, latency, requests)
  local e = summary.errors
  print(string.format('RESULT {"requests":%d,"bytes":%d,"microseconds":%d,"errors":%d,"p50":%d,"p99":%d}',
    summary.requests, summary.bytes, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
end
`;

/** Loads one URL from one thread; times in microseconds, errors of all kinds in one number. */
export async function wrk(url, { seconds, connections, headers = [], folder, core }) {
  const script = join(folder, "report.lua");
  writeFileSync(script, report);
  const fields = headers.flatMap((header) => ["-H", header]);
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "30s", "-s", script, ...fields, url];
  const out = await run("wrk", args, core);
  const result = /RESULT (.*)/.exec(out)?.[1];
  if (result === undefined) throw new Error(`wrk said nothing that is understood: ${out}`);
  return JSON.parse(result);
}
