import type { ArrRule } from "./arr-rule.ts";
import { inForce } from "./in-force.ts";
import type { ImportFindings } from "./import-finding.ts";
import { readRule } from "./read-rules.ts";
import type { ArrSite } from "./read-sites.ts";
import { sectionsOf, type Scope } from "./sections.ts";
import type { XmlElement } from "./xml-element.ts";

interface Around {
  readonly scopes: readonly Scope[];
  readonly sites: readonly ArrSite[];
  readonly findings: ImportFindings;
}

/** The global rules, then those of the sites, in the order in which IIS tries them. */
export function rulesInForce(around: Around): readonly ArrRule[] {
  return [...globalRules(around), ...siteRules(around)];
}

function globalRules({ scopes, findings }: Around): readonly ArrRule[] {
  const sections = sectionsOf(scopes, "rewrite", "globalRules").filter(({ path, section }) => {
    if (path !== "")
      findings.leftOut(
        section.place,
        `<globalRules> of ${JSON.stringify(path)}`,
        "IIS takes them for the whole server only",
        "",
      );
    return path === "";
  });
  const rules = apply(
    [],
    sections.map(({ section }) => section),
  );
  return rules.map((element) => readRule(element, true, findings));
}

function apply(before: readonly XmlElement[], sections: readonly XmlElement[]): readonly XmlElement[] {
  return inForce(
    "rule",
    sections.flatMap(({ children }) => children),
    before,
  );
}

/** Each site has the rules of the server, changed by its own. */
function siteRules({ scopes, sites, findings }: Around): readonly ArrRule[] {
  const sections = sectionsOf(scopes, "rewrite", "rules");
  const shared = apply(
    [],
    sections.filter(({ path }) => path === "").map(({ section }) => section),
  );
  const located = sections.filter(({ path, section }) => path !== "" && isSite(path, section, findings));
  const names = sites.length > 0 ? sites.map(({ name }) => name) : [...new Set(located.map(({ path }) => path))];
  if (names.length === 0) return shared.map((element) => readRule(element, false, findings));
  const bySite = names.map((name) =>
    apply(
      shared,
      located.filter(({ path }) => path.toLowerCase() === name.toLowerCase()).map(({ section }) => section),
    ),
  );
  const all = [...new Set(bySite.flat())];
  const sets = bySite.map((rules) => new Set(rules));
  return all.flatMap((element) => {
    const having = names.filter((_, index) => sets[index]?.has(element) === true);
    const rule = readRule(element, false, findings);
    const everywhere = having.length === names.length;
    return everywhere
      ? [rule]
      : restrict(
          rule,
          sites.filter(({ name }) => having.includes(name)),
          findings,
        );
  });
}

function isSite(path: string, section: XmlElement, findings: ImportFindings): boolean {
  if (!path.includes("/")) return true;
  const read = `<rules> of ${JSON.stringify(path)}`;
  const consequence = "requests below that path are not rewritten by them: write rules with the whole path";
  findings.leftOut(section.place, read, "their patterns go by paths below that one", consequence);
  return false;
}

/** For each host name of the sites once. */
function restrict(rule: ArrRule, sites: readonly ArrSite[], findings: ImportFindings): readonly ArrRule[] {
  const hosts = sites.flatMap(({ bindings }) => bindings.map(({ host }) => host));
  const named = [...new Set(hosts.filter((host) => host !== null))];
  if (named.length < new Set(hosts).size || named.length === 0) {
    const read = `the rule ${JSON.stringify(rule.name)} of the site ${sites.map(({ name }) => JSON.stringify(name)).join(", ")}`;
    const consequence = "requests for other sites are rewritten, too: give the rule a `host`";
    findings.changed(rule.place, read, "a rule for all host names, as the site has no names of its own", consequence);
    return [rule];
  }
  return named.map((host) => ({ ...rule, hosts: [host] }));
}
