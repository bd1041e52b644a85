import type { RewriteMapConfig } from "../rules/rule-config.ts";
import { templateParts } from "../rules/template-parts.ts";
import { builtInDefaults } from "./defaults.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import type { Document } from "./read-document.ts";
import type { ResolveContext } from "./resolve-context.ts";
import type { RewriteMapDocument } from "./rule-schema.ts";

const defaults = builtInDefaults.rule;

export function resolveMaps({ rewriteMaps }: Document, context: ResolveContext): RewriteMapConfig[] {
  const seen = new Map<string, Path>();
  return [...rewriteMaps].flatMap(([name, { path, value }]) => {
    checkName(name, path, seen, context);
    if (value === null) return [];
    const ignoreCase = value.ignoreCase ?? defaults.ignoreCase;
    if (ignoreCase) warnOfTwins(value, path, context);
    const defaultValue = value.default ?? defaults.mapDefault;
    return [{ name, defaultValue, ignoreCase, entries: Object.entries(value.entries ?? {}) }];
  });
}

function checkName(name: string, path: Path, seen: Map<string, Path>, { findings }: ResolveContext): void {
  const twin = seen.get(name.toLowerCase());
  if (twin === undefined) seen.set(name.toLowerCase(), path);
  else {
    const message = `${quote(name)} is the name of the map in line ${findings.lineOf(twin)} already: give this one another`;
    findings.problem(path, message, "key");
  }
  const [only, second] = templateParts(`{${name}:1}`);
  if (only?.kind === "map" && only.name === name && second === undefined) return;
  const remedy =
    only?.kind === "function" || only?.kind === "capture"
      ? "rules have something else of this name"
      : "write letters, digits, spaces, -, _ and dots";
  findings.problem(path, `${quote(name)} is no name that a rule could use: ${remedy}`, "key");
}

function warnOfTwins({ entries = {} }: RewriteMapDocument, path: Path, { findings }: ResolveContext): void {
  const seen = new Map<string, string>();
  for (const key of Object.keys(entries)) {
    const twin = seen.get(key.toLowerCase());
    if (twin === undefined) seen.set(key.toLowerCase(), key);
    else {
      const message = `${quote(twin)} before it is the same but for capitals, and is the one that counts: leave one out, or write \`ignoreCase: false\``;
      findings.warning([...path, "entries", key], message);
    }
  }
}
