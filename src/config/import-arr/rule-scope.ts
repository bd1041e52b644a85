import { normaliseHost } from "../host-name.ts";
import type { ArrCondition, ArrRule, Syntax } from "./arr-rule.ts";
import { matchesEverything } from "./rewrite-target.ts";
import { isVariable } from "./template.ts";

/** For which requests a rule is meant, as far as routes can say it. */
export interface RuleScope {
  /** As in a route: a name, "*.x" or "x.*"; null = any; several: one of them. */
  readonly hosts: readonly (string | null)[];
  /** null = with and without TLS. */
  readonly https: boolean | null;
  readonly path: PathScope;
  /** What is said here is all that must hold: there are no other conditions. */
  readonly exact: boolean;
}

/** Paths without the leading "/", lower case. */
export type PathScope =
  /** All of them. */
  | { readonly kind: "any" }
  /** This path alone. */
  | { readonly kind: "exact"; readonly path: string }
  /** The path and all below it. */
  | { readonly kind: "below"; readonly path: string }
  /** Some of those that begin so. */
  | { readonly kind: "begins"; readonly path: string };

export function scopeOf(rule: ArrRule): RuleScope {
  const { list, grouping } = rule.conditions;
  return grouping === "MatchAny" && list.length > 1 ? anyScope(rule) : allScope(rule);
}

/** One of the conditions is enough: only several hosts can be told. */
function anyScope(rule: ArrRule): RuleScope {
  const hosts = rule.conditions.list.map((condition) => hostOf(condition, rule.syntax));
  const known = hosts.every((host) => host !== null) && rule.hosts === null ? hosts : null;
  return {
    hosts: known ?? rule.hosts ?? [null],
    https: null,
    path: pathScope(rule),
    exact: known !== null && saysPath(rule),
  };
}

function allScope(rule: ArrRule): RuleScope {
  const { list } = rule.conditions;
  const hosts = list.flatMap((condition) => hostOf(condition, rule.syntax) ?? []);
  const schemes = list.flatMap((condition) => httpsOf(condition, rule.syntax) ?? []);
  const [host] = hosts;
  return {
    hosts: host === undefined ? (rule.hosts ?? [null]) : [host],
    https: schemes[0] ?? null,
    path: pathScope(rule),
    exact:
      saysPath(rule) &&
      hosts.length + schemes.length === list.length &&
      hosts.length <= 1 &&
      schemes.length <= 1 &&
      (host === undefined || rule.hosts === null),
  };
}

/** A route's path is compared whatever its case, and cannot be negated. */
function saysPath(rule: ArrRule): boolean {
  return matchesEverything(rule) || (!rule.match.negate && rule.match.ignoreCase);
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
  [new RegExp(String.raw`^\^(${literal})(?:\((?:\?:)?:\\d[+*]\)\?)?\$$`), (name) => name],
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

/** Some paths, who knows which. */
const some: PathScope = { kind: "begins", path: "" };

function pathScope(rule: ArrRule): PathScope {
  const { syntax, match } = rule;
  if (matchesEverything(rule)) return { kind: "any" };
  if (match.negate) return some;
  if (syntax === "exact") return { kind: "exact", path: match.pattern.toLowerCase() };
  if (syntax === "wildcard") {
    const path = (/^[^*?]*/.exec(match.pattern)?.[0] ?? "").toLowerCase();
    return path === match.pattern.toLowerCase() ? { kind: "exact", path } : { kind: "begins", path };
  }
  if (match.pattern.includes("|") && !belowForm.test(match.pattern)) return some;
  const found = regexPath(match.pattern);
  // Routes take any case.
  return found.kind === "below" && !match.ignoreCase ? { kind: "begins", path: found.path } : found;
}

const clean = (text: string): string => text.replaceAll(/\\(.)/g, "$1").toLowerCase();

function regexPath(pattern: string): PathScope {
  const below = belowForm.exec(pattern)?.[1];
  if (below !== undefined && !below.endsWith("/")) return { kind: "below", path: clean(below) };
  const exact = exactForm.exec(pattern);
  if (exact !== null) return { kind: "exact", path: clean(exact[1] ?? "") };
  const begin = beginForm.exec(pattern)?.[1];
  if (begin === undefined) return some;
  // What is followed by "*" or "?" may be missing.
  return { kind: "begins", path: clean(begin.replace(/\\?.$/, "")) };
}
