import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { knownSections, type KnownElement } from "../src/config/import-arr/known-elements.ts";

const page = readFileSync("docs/import-arr.md", "utf8");
const rows = Array.from(page.matchAll(/^\| (`[^|]+) \|/gm), ([, cell = ""]) => cell);
const written = new Set(rows.flatMap((cell) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = ""]) => name)));

/** Paths of elements, the root first, with an attribute of the last. */
function attributesOf(path: readonly string[], { attributes, children = {} }: KnownElement): readonly string[][] {
  return [
    ...attributes.map((name) => [...path, `@${name}`]),
    ...Object.entries(children).flatMap(([name, child]) => attributesOf([...path, name], child)),
  ];
}

const all = Object.entries<KnownElement>(knownSections).flatMap(([section, known]) =>
  attributesOf(section.split("/").slice(-1), known),
);

/** By its element alone, or with one above it. */
function names(path: readonly string[]): readonly string[] {
  const own = [path.slice(-2), path.slice(-3)].map((parts) => parts.join("/"));
  if (path.includes("outboundRules"))
    return [`outboundRules/${own[0]}`, ...own.filter((name) => !/^(?:rule|match|action)\//.test(name))];
  return [...own, ...own.map((name) => name.replace(/^globalRules\//, "rules/"))];
}

test("docs/import-arr.md has every attribute that the import knows", () => {
  const missing = all.filter((path) => {
    const isProxy = path[0] === "proxy" && path.length === 2;
    return !names(path).some((name) => written.has(name)) && !(isProxy && written.has("proxy/@…"));
  });
  assert.deepEqual(
    missing.map((path) => path.join("/")),
    [],
  );
});

test("docs/import-arr.md has no attribute that the import does not know", () => {
  const known = new Set(all.flatMap(names));
  const unknown = [...written].filter(
    (name) => name.includes("@") && !name.startsWith("binding/") && name !== "proxy/@…" && !known.has(name),
  );
  assert.deepEqual(unknown, []);
});

test("docs/import-arr.md has every option of the command", () => {
  for (const option of ["-o", "--certificate", "--no-presets", "--force", "--json"])
    assert.ok(page.includes(`| \`${option}`), option);
});
