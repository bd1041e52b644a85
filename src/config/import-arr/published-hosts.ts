import { isIpHost, normaliseHost } from "../host-name.ts";
import type { ConvertedRule } from "./convert-rule.ts";
import type { PlannedFarm } from "./farm-plan.ts";
import type { ArrSite } from "./read-sites.ts";

const isName = (host: string): boolean => host.includes(".") && normaliseHost(host) !== null && !isIpHost(host);

/** Names that clients ask for, as far as the file tells them. */
export function publishedHosts(
  rules: readonly ConvertedRule[],
  farms: readonly PlannedFarm[],
  sites: readonly ArrSite[],
): readonly string[] {
  const written = rules.filter(({ source }) => source.enabled).flatMap(({ scope }) => scope.hosts);
  // Farms are mostly called by their public names, and so are the checks.
  const known = farms
    .filter(({ plain }) => !plain)
    .flatMap(({ farm }) => [farm.name.toLowerCase(), farm.health?.host ?? ""]);
  const byBeginning = namesByBeginning(new Set(known.filter(isName)));
  const begun = written.flatMap((host) => (host === null ? [] : (byBeginning.get(host) ?? [])));
  const bound = sites.flatMap(({ bindings }) =>
    bindings.flatMap(({ https, host }) => (https && host !== null ? [host] : [])),
  );
  const exact = written.filter((host) => host !== null && !host.endsWith(".*"));
  return [...new Set([...exact, ...begun, ...bound].filter((host) => host !== null))];
}

/** "mail.example.com" by "mail.*" and "mail.example.*". */
function namesByBeginning(names: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const name of names) {
    for (let dot = name.indexOf("."); dot !== -1; dot = name.indexOf(".", dot + 1)) {
      const pattern = `${name.slice(0, dot + 1)}*`;
      const list = found.get(pattern);
      if (list === undefined) found.set(pattern, [name]);
      else list.push(name);
    }
  }
  return found;
}
