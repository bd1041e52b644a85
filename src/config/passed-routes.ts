import { quote } from "./quote.ts";
import type { Document } from "./read-document.ts";
import type { ResolvedRule } from "./resolved-rule.ts";
import type { ResolveContext } from "./resolve-context.ts";

/** Warns of rules that lead past a route, and so past the networks that it is for, to its farm. */
export function warnOfPassedRoutes(
  rules: readonly ResolvedRule[],
  document: Document,
  { findings }: Pick<ResolveContext, "findings">,
): void {
  const guarded = guardedFarms(document);
  if (guarded.size === 0) return;
  for (const { config, path } of rules) {
    const { action } = config;
    const farm = action.kind === "rewrite" ? action.farm : null;
    const line = farm === null ? undefined : guarded.get(farm);
    if (farm === null || line === undefined) continue;
    findings.warning(
      [...path, "farm"],
      `what this rule sends to ${quote(farm)} does not go by the route in line ${findings.lineOf(line)}, so its \`allow\` and \`deny\` do not hold: leave \`farm\` out and let the routes decide, or say who may in a condition on {REMOTE_ADDR}`,
    );
  }
}

/** The routes that are not for everybody, by their farms. */
function guardedFarms({ routes }: Document): Map<string, Document["routes"][number]["path"]> {
  const guarded = new Map<string, Document["routes"][number]["path"]>();
  for (const { path, value } of routes) {
    const isGuarded = value !== null && (value.allow !== undefined || value.deny !== undefined);
    if (isGuarded && !guarded.has(value.farm)) guarded.set(value.farm, path);
  }
  return guarded;
}
