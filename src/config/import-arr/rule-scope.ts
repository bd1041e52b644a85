import { normaliseHost } from "../host-name.ts";
import type { ArrCondition, ArrRule, Syntax } from "./arr-rule.ts";
import { matchesEverything } from "./rewrite-target.ts";
import { isVariable } from "./template.ts";

/** For which requests a rule is meant, as far as routes can say it. */
export interface RuleScope {
  /** As in a route: a name, "*.x" or "x.*"; null = any; several: one of them. */
  readonly hosts: readonly (string | null)[];
  /** The conditions say no more about the host than `hosts`. */
  readonly hostsExact: boolean;
  /** null = with and without TLS. */
  readonly https: boolean | null;
  readonly path: PathScope;
  /** What is said here is all that must hold: there are no other conditions. */
  readonly exact: boolean;
}

/** Paths without the leading "/", lower case. */
export type PathScope =
  | { readonly kind: "any" }
  /** This path alone. */
  | { readonly kind: "exact"; readonly path: string }
  /** The path and all below it. */
  | { readonly kind: "below"; readonly path: string }
  /** Some of those that begin so. */
  | { readonly kind: "begins"; readonly path: string };

export function scopeOf(rule: ArrRule): RuleScope {
  const { list, grouping } = rule.conditions;
  const path = pathScope(rule);
  const bySite = rule.hosts;
  if (grouping === "MatchAny" && list.length > 1) {
    const hosts = list.map((condition) => hostOf(condition, rule.syntax));
    const known = hosts.every((host) => host !== null) ? hosts : null;
    const all = known ?? bySite ?? [null];
    return { hosts: all, hostsExact: known !== null && bySite === null, https: null, path, exact: known !== null };
  }
  const hosts = list.flatMap((condition) => hostOf(condition, rule.syntax) ?? []);
  const secure = list.map((condition) => httpsOf(condition, rule.syntax)).find((one) => one !== null) ?? null;
  const understood = list.filter(
    (condition) => hostOf(condition, rule.syntax) !== null || httpsOf(condition, rule.syntax) !== null,
  );
  return {
    hosts: hosts.length > 0 ? hosts.slice(0, 1) : (bySite ?? [null]),
    hostsExact: hosts.length <= 1 && (hosts.length === 0 || bySite === null),
    https: secure,
    path,
    exact: understood.length === list.length && hosts.length <= 1,
  };
}

/** `true`, `false`, or null where the condition is about something else. */
export function httpsOf({ input, pattern, negate, matchType }: ArrCondition, syntax: Syntax): boolean | null {
  if (matchType !== "Pattern") return null;
  const word = (syntax === "ecmascript" ? pattern.replaceAll(/^\^|\$$/g, "") : pattern).toLowerCase();
  if (isVariable(input, "HTTPS") && (word === "on" || word === "off")) return (word === "on") !== negate;
  if (isVariable(input, "SERVER_PORT_SECURE") && (word === "1" || word === "0")) return (word === "1") !== negate;
  return null;
}

/** The host of a route that means the same; null = none does. The port in Host is not looked at. */
export function hostOf(condition: ArrCondition, syntax: Syntax): string | null {
  const { input, pattern, negate, matchType, ignoreCase } = condition;
  if (negate || !ignoreCase || matchType !== "Pattern" || !isVariable(input, "HTTP_HOST", "SERVER_NAME")) return null;
  const host = syntax === "ecmascript" ? regexHost(pattern) : pattern;
  if (host === null || (syntax === "exact" && host.includes("*"))) return null;
  if (/^\*\.[^*?]+$/.test(host)) return named(host.slice(2), (name) => `*.${name}`);
  if (/^[^*?]+\.\*$/.test(host)) return named(host.slice(0, -2), (name) => `${name}.*`);
  return /[*?]/.test(host) ? null : named(host, (name) => name);
}

/** Also a part of a name, such as "mail". */
function named(written: string, to: (name: string) => string): string | null {
  const name = normaliseHost(written) ?? (/^\d+$/.test(written) ? written : null);
  return name === null ? null : to(name);
}

const literal = String.raw`(?:[A-Za-z0-9_-]|\\[.-])+`;
const hostForms: readonly (readonly [RegExp, (name: string) => string])[] = [
  [new RegExp(String.raw`^\^(${literal})(?:\(\??:?:\\d[+*]\)\?)?\$$`), (name) => name],
  [new RegExp(String.raw`^\^(${literal})(?:\(:\\d[+*]\)\?)?\$$`), (name) => name],
  [new RegExp(String.raw`^\^(${literal})\\\.(?:\(?\.\*\)?\$?)?$`), (name) => `${name}.*`],
  [new RegExp(String.raw`^(?:\^?\(?\.[*+]\)?)?\\\.(${literal})\$$`), (name) => `*.${name}`],
];

/** The few forms of regular expressions that mean a host, names under a domain or names that begin so. */
function regexHost(pattern: string): string | null {
  for (const [form, to] of hostForms) {
    const name = form.exec(pattern)?.[1];
    if (name !== undefined) return to(name.replaceAll(/\\(.)/g, "$1"));
  }
  return null;
}

const plainPath = String.raw`(?:[A-Za-z0-9_/-]|\\[./-])+`;
const belowForm = new RegExp(
  String.raw`^\^(${plainPath})(?:\((?:\?:)?\/\.\*\)\?\$|\((?:\?:)?\/\|\$\)|\((?:\?:)?\$\|\/\))$`,
);
const exactForm = new RegExp(String.raw`^\^(${plainPath})?\$$`);
const beginForm = new RegExp(String.raw`^\^(${plainPath})`);

function pathScope(rule: ArrRule): PathScope {
  const { syntax, match } = rule;
  if (matchesEverything(rule) || match.negate) return { kind: "any" };
  if (syntax === "exact") return { kind: "exact", path: match.pattern.toLowerCase() };
  if (syntax === "wildcard") {
    const path = (/^[^*?]*/.exec(match.pattern)?.[0] ?? "").toLowerCase();
    return path === match.pattern.toLowerCase() ? { kind: "exact", path } : { kind: "begins", path };
  }
  return match.pattern.includes("|") && !belowForm.test(match.pattern) ? { kind: "any" } : regexPath(match.pattern);
}

function regexPath(pattern: string): PathScope {
  const clean = (text: string): string => text.replaceAll(/\\(.)/g, "$1").toLowerCase();
  const below = belowForm.exec(pattern)?.[1];
  if (below !== undefined && !below.endsWith("/")) return { kind: "below", path: clean(below) };
  const exact = exactForm.exec(pattern);
  if (exact !== null) return { kind: "exact", path: clean(exact[1] ?? "") };
  const begin = beginForm.exec(pattern)?.[1];
  if (begin === undefined) return { kind: "any" };
  // What is followed by "*" or "?" may be missing.
  return { kind: "begins", path: clean(begin.replace(/\\?.$/, "")) };
}
