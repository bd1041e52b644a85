import type { FarmPlan, Scheme } from "./farm-plan.ts";
import { httpSuffix } from "./farm-plan.ts";
import type { RewriteMapInput } from "./import-document.ts";
import type { ImportFindings } from "./import-finding.ts";
import { mapOf, type ArrMap } from "./read-maps.ts";
import { rewriteTarget } from "./rewrite-target.ts";
import type { ArrRule } from "./arr-rule.ts";

/** `rewriteMaps`; where a map gives the names of farms, they are the new ones. */
export function convertMaps(
  maps: readonly ArrMap[],
  rules: readonly ArrRule[],
  farms: FarmPlan,
  findings: ImportFindings,
): Record<string, RewriteMapInput> {
  const schemes = farmMaps(maps, rules);
  return Object.fromEntries(
    maps.map((map) => {
      const scheme = schemes.get(map);
      const rename = (value: string): string =>
        scheme === undefined ? value : (farmName(value, scheme, farms) ?? value);
      const entries = [...map.entries].map(([key, value]): [string, string] => [
        key,
        renamed(map, value, rename(value), findings),
      ]);
      const fallback = renamed(map, map.defaultValue, rename(map.defaultValue), findings);
      return [
        map.name,
        {
          ...(fallback === "" ? {} : { default: fallback }),
          ...(map.ignoreCase ? {} : { ignoreCase: false }),
          ...(entries.length === 0 ? {} : { entries: Object.fromEntries(entries) }),
        },
      ];
    }),
  );
}

/** Maps that rules look farms up in, with the scheme of the farms. */
function farmMaps(maps: readonly ArrMap[], rules: readonly ArrRule[]): ReadonlyMap<ArrMap, Scheme> {
  const found = new Map<ArrMap, Scheme>();
  for (const { action } of rules) {
    const target = action.type === "Rewrite" ? rewriteTarget(action.url) : null;
    const map = target?.kind === "absolute" ? mapOf(target.host, maps) : null;
    // Of a farm with both, the one for https has the name that the other one's is made of.
    if (map !== null && target?.kind === "absolute") found.set(map, found.get(map) ?? target.scheme);
  }
  return found;
}

function farmName(value: string, scheme: Scheme, farms: FarmPlan): string | null {
  const key = value.toLowerCase();
  const isBoth = farms.schemesOf(key).size > 1;
  const name = farms.nameOf(key, isBoth ? "https" : scheme);
  return name !== null && isBoth && name.endsWith(httpSuffix) ? name.slice(0, -httpSuffix.length) : name;
}

function renamed(map: ArrMap, value: string, name: string, findings: ImportFindings): string {
  if (name.toLowerCase() !== value.toLowerCase()) {
    const read = `the value ${JSON.stringify(value)} of the map ${JSON.stringify(map.name)}`;
    findings.changed(map.place, read, name, "farms have names of letters, digits, dots, _ and -");
  }
  return name;
}
