// Loads a configuration in a process of its own and says what that took, as JSON; needs --expose-gc.
import { load } from "../../dist/src/cli/load.js";
import { compileRules } from "../../dist/src/rules/compile-rules.js";
import { requestsOf, kinds } from "./documents.mjs";

const somebody = { method: "GET", https: false, version: "1.1", head: "\r\n", fieldsStart: 0, clientAddress: "" };
const [file, id, rules] = process.argv.slice(2);
const before = heapMib();
const started = performance.now();
const result = await load(file);
const loaded = performance.now();
if (!result.ok) throw new Error(JSON.stringify(result.problems.slice(0, 3)));
const compiled = compileRules(result.config.rules);
const ended = performance.now();
// What only the reading needed is gone by now, and what the rules need is not.
const heap = heapMib() - before;
if (compiled !== null) prove(compiled);
process.stdout.write(JSON.stringify({ loadMs: loaded - started, compileMs: ended - loaded, heapMib: heap }));

function heapMib() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** A rule that is found at once but is the wrong one would be no use. */
function prove(inbound) {
  const kind = kinds.find((one) => one.id === id);
  const farms = result.config.farms.length;
  for (const { number, host, path } of requestsOf(kind, Number(rules))) {
    const outcome = inbound.apply({ ...somebody, host, target: path }, null);
    const expected = number < Number(rules) ? `farm${number % farms}` : null;
    if (outcome.farm !== expected) throw new Error(`${host}${path}: ${outcome.farm} instead of ${expected}`);
  }
}
