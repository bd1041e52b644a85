import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { interpret } from "../src/config/interpret.ts";
import { problemLine } from "../src/config/problem.ts";
import { variableKind, variableNames } from "../src/rules/server-variables.ts";
import { templateParts } from "../src/rules/template-parts.ts";

const page = readFileSync("docs/rules.md", "utf8");
const blocks = [...page.matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, block]) => block ?? "");

/** What else a configuration needs. */
const around = {
  listen: "[{ port: 80 }]",
  servers: "{ s: s.local }",
  farms: "{ app: { servers: [s] } }",
  routes: "[{ farm: app }]",
};

function inConfiguration(block: string): string {
  const has = new Set(Object.keys(Object(parse(block))));
  const missing = Object.entries(around).filter(([key]) => !has.has(key));
  return block + missing.map(([key, value]) => `${key}: ${value}\n`).join("");
}

/** The first cells of the rows of the table with this title, and what stands in backquotes in them. */
function namesOf(title: string): string[] {
  const [, rows = ""] =
    new RegExp(`^\\| ${title} \\|[^\\n]*\\n\\| ---[^\\n]*\\n((?:\\|[^\\n]*\\n)+)`, "m").exec(page) ?? [];
  return rows
    .split("\n")
    .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
}

describe("docs/rules.md", () => {
  it("has many examples", () => assert.ok(blocks.length >= 8, `${blocks.length}`));

  for (const [index, block] of blocks.entries()) {
    it(`has an example that is right, number ${index + 1}: ${/name: (.*)/.exec(block)?.[1] ?? ""}`, () => {
      const result = interpret(inConfiguration(block), "rules.md", {}).resolve({ files: new Map(), env: {}, now: 0 });
      assert.ok(result.ok, JSON.stringify(result.ok ? [] : result.problems.map(problemLine), null, 1));
      assert.deepEqual(result.warnings.map(problemLine), []);
    });
  }

  it("tells of each server variable, and of none that there is not", () => {
    const told = namesOf("variable").map((name) => name.replaceAll(/[{}]/g, ""));
    const known = variableNames.filter((name) => variableKind(name) === "value");
    assert.deepEqual(told.filter((name) => name !== "HTTP_NAME").toSorted(), known.toSorted());
    const [, always = ""] = /always empty[^:]*:([^]*?)\.\n/.exec(page) ?? [];
    const empty = [...always.matchAll(/`\{(\w+)\}`/g)].map(([, name = ""]) => name);
    const unknowable = variableNames.filter((name) => variableKind(name) === "empty");
    assert.deepEqual(empty.toSorted(), unknowable.toSorted());
  });

  it("names functions that there are", () => {
    const kinds = namesOf("function").map((name) => templateParts(name.replace("…", "x"))[0]?.kind);
    assert.deepEqual(kinds, ["function", "function", "function", "function", "map"]);
  });

  it("leads to pages that there are", () => {
    const links = [...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => `docs/${link}`);
    assert.ok(links.length > 5);
    assert.deepEqual(
      links.filter((link) => !existsSync(link)),
      [],
    );
  });
});
