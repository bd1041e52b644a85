import type { Findings } from "./findings.ts";
import type { Origins } from "./origins.ts";
import type { Expansion, Presets } from "./preset.ts";
import { validate } from "./validate.ts";

/** A document as it was read: top keys to whatever stands there. */
export type RawDocument = Readonly<Record<string, unknown>>;

export interface Expanded {
  readonly raw: RawDocument;
  /** false: a block was wrong, so farms and routes may be missing. */
  readonly complete: boolean;
}

interface Context {
  readonly presets: Presets;
  readonly findings: Findings;
  readonly origins: Origins;
}

/** Replaces the blocks of presets by the farms and routes they stand for. */
export function expandPresets(raw: RawDocument, context: Context): Expanded {
  let expanded: Expanded = { raw, complete: true };
  for (const [key, preset] of Object.entries(context.presets)) {
    if (!Object.hasOwn(raw, key)) continue;
    const expansion = preset.expand(raw[key], (schema, value) => validate(schema, value, [key], context.findings));
    expanded = {
      raw: merge(expanded.raw, key, expansion, context),
      complete: expanded.complete && expansion !== null && expansion.problems.length === 0,
    };
  }
  return expanded;
}

function merge(
  raw: RawDocument,
  key: string,
  expansion: Expansion | null,
  { findings, origins }: Context,
): RawDocument {
  const { [key]: _, ...rest } = raw;
  if (expansion === null) return rest;
  for (const { path, message } of expansion.problems) findings.problem([key, ...path], message);
  for (const { path, message } of expansion.warnings) findings.warning([key, ...path], message);
  // What stands wrongly in the place of the two sections is kept, and reported by the one who validates them.
  const farms = raw["farms"] ?? {};
  const routes = raw["routes"] ?? [];
  for (const name of Object.keys(expansion.farms)) {
    if (isMap(farms) && Object.hasOwn(farms, name)) {
      findings.problem(["farms", name], `\`${key}:\` makes a farm of this name: give yours another one`, "key");
    }
  }
  recordOrigins(key, expansion, { origins, ownRoutes: Array.isArray(routes) ? routes.length : 0 });
  return {
    ...rest,
    farms: isMap(farms) ? { ...expansion.farms, ...farms } : farms,
    routes: Array.isArray(routes) ? [...routes, ...expansion.routes] : routes,
  };
}

function recordOrigins(
  key: string,
  expansion: Expansion,
  { origins, ownRoutes }: { origins: Origins; ownRoutes: number },
): void {
  for (const name of Object.keys(expansion.farms)) origins.add(["farms", name], [key]);
  for (const index of expansion.routes.keys()) origins.add(["routes", ownRoutes + index], [key]);
  for (const [[section = "", item = "", ...inner], written] of expansion.origins) {
    origins.add([section, section === "routes" ? Number(item) + ownRoutes : item, ...inner], [key, ...written]);
  }
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
