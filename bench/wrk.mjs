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

/**
 * Loads one URL from one thread; times in microseconds, errors of all kinds in one number. `turns`: hosts and paths that
 * are asked for in turn instead of the URL's.
 */
export async function wrk(url, { seconds, connections, headers = [], turns = [], folder, core }) {
  const script = join(folder, "report.lua");
  writeFileSync(script, report + (turns.length === 0 ? "" : inTurn(turns)));
  const fields = headers.flatMap((header) => ["-H", header]);
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "30s", "-s", script, ...fields, url];
  const out = await run("wrk", args, core);
  const result = /RESULT (.*)/.exec(out)?.[1];
  if (result === undefined) throw new Error(`wrk said nothing that is understood: ${out}`);
  return JSON.parse(result);
}

/** All are written once, before the first of them is sent. */
function inTurn(turns) {
  const list = turns.map(({ host, path }) => `{ "${host}", "${path}" }`).join(", ");
  return `local turns = { ${list} }
local written, at = {}, 0
init = function()
  for _, turn in ipairs(turns) do table.insert(written, wrk.format("GET", turn[2], { Host = turn[1] })) end
end
request = function()
  at = at % #written + 1
  return written[at]
end
`;
}
