import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { suites } from "../src/listen/tls-policy.ts";
import { errorsTable, logEventsTable, metricsTable } from "./support/reference-tables.ts";

// `node scripts/docs.mjs` writes the tables into the pages.

test("docs/reference/errors.md has every error code, as the table of faults says", () => {
  assert.ok(readFileSync("docs/reference/errors.md", "utf8").includes(errorsTable()));
});

test("docs/reference/log-events.md has every event that can be logged", () => {
  assert.ok(readFileSync("docs/reference/log-events.md", "utf8").includes(logEventsTable()));
});

test("docs/tls.md has every cipher suite with the policies that allow it", () => {
  const rows = readFileSync("docs/tls.md", "utf8").matchAll(
    /^\| `([A-Z\d_-]+)` \|[^|]*\|([^|]*)\|([^|]*)\|([^|]*)\|$/gm,
  );
  const written = Array.from(rows, ([, suite, ...marks]) => [suite, ...marks.map((mark) => mark.trim() === "yes")]);
  const policies = [suites.modern, suites.intermediate, suites.legacy];
  assert.deepEqual(
    written,
    suites.legacy.map((suite) => [suite, ...policies.map((policy) => policy.includes(suite))]),
  );
});

test("docs/reference/metrics.md has every metric", () => {
  assert.ok(readFileSync("docs/reference/metrics.md", "utf8").includes(metricsTable()));
});
