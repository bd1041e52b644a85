import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { errorsTable, logEventsTable } from "./support/reference-tables.ts";

// `node scripts/docs.mjs` writes the tables into the pages.

test("docs/reference/errors.md has every error code, as the table of faults says", () => {
  assert.ok(readFileSync("docs/reference/errors.md", "utf8").includes(errorsTable()));
});

test("docs/reference/log-events.md has every event that can be logged", () => {
  assert.ok(readFileSync("docs/reference/log-events.md", "utf8").includes(logEventsTable()));
});
