import type { ActionConfig, RuleConfig, RulesConfig } from "../rules/rule-config.ts";
import { builtInDefaults } from "./defaults.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import type { Document } from "./read-document.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveOutboundRules } from "./resolve-outbound-rules.ts";
import { warnOfPassedRoutes } from "./passed-routes.ts";
import { warnOfLoops } from "./redirect-loops.ts";
import { resolveMaps } from "./resolve-rewrite-maps.ts";
import { resolveSet } from "./resolve-rule-set.ts";
import type { ResolvedRule } from "./resolved-rule.ts";
import { parseRouteHost } from "./route-host.ts";
import {
  checkRuleName,
  checkTemplate,
  createRuleContext,
  type RuleContext,
  type TemplatePlaces,
} from "./rule-context.ts";
import { resolveConditions, resolvePath } from "./rule-patterns.ts";
import type { RuleDocument } from "./rule-schema.ts";
import { warnOfRule } from "./rule-hints.ts";
import { warnOfSwallowed } from "./swallowed-rules.ts";
import { warnOfUnreached } from "./unreached-rules.ts";
import { WideRules } from "./wider-rule.ts";

const defaults = builtInDefaults.rule;

/** The rules and what they name. Rules that are switched off are looked at as well: they are to be switched on one day. */
export function resolveRules(document: Document, context: ResolveContext): RulesConfig {
  const rules = createRuleContext(document, context);
  const names = new Map<string, Path>();
  const resolved: ResolvedRule[] = [];
  for (const { path, value } of document.rules) {
    if (value === null) continue;
    checkRuleName(value.name, path, names, context);
    const config = resolveRule(value, path, rules);
    if (config === null) continue;
    if (context.findings.isClean(path)) warnOfRule(value, { config, path }, context.findings);
    if (value.enabled !== false) resolved.push({ config, path });
  }
  const maps = resolveMaps(document, context);
  warnOfOthers(resolved, maps, rules);
  const inbound = resolved.map(({ config }) => config);
  return { inbound, outbound: resolveOutboundRules(document, rules), maps };
}

/** Of what rules mean together: only where each is right by itself. */
function warnOfOthers(resolved: readonly ResolvedRule[], maps: RulesConfig["maps"], rules: RuleContext): void {
  const { document, context } = rules;
  if (!context.findings.isClean(["rules"]) || !context.findings.isClean(["rewriteMaps"])) return;
  const wide = new WideRules(resolved.map(({ config }) => config));
  warnOfSwallowed(resolved, wide, context);
  warnOfUnreached(resolved, wide, context);
  warnOfPassedRoutes(resolved, document, context);
  const tls = document.listen.some(({ value }) => value?.certificates !== undefined);
  warnOfLoops(resolved, { maps, tls }, context);
}

/** null = it can't be used, which has been reported. */
function resolveRule(value: RuleDocument, path: Path, rules: RuleContext): RuleConfig | null {
  const syntax = value.syntax ?? defaults.syntax;
  const pattern = value.path === undefined ? null : resolvePath(value.path, syntax, [...path, "path"], rules);
  const host = resolveHost(value.host, [...path, "host"], rules);
  const ruleGroups = pattern?.groups ?? 0;
  const { conditions, match, captures = defaults.captures } = value;
  const tests = { conditions, match, captures };
  const resolved = resolveConditions(tests, { syntax, path, ruleGroups, response: false }, rules);
  const places = { ...rules, ruleGroups, conditionGroups: resolved.groups, response: false };
  const set = resolveSet(value, path, places);
  const action = resolveAction(value, path, places);
  if (action === null || host === undefined) return null;
  const { name, https = null, stop = defaults.stop } = value;
  return { name, syntax, host, https, path: pattern?.config ?? null, ...resolved.config, set, action, stop };
}

/** null = any host; undefined = it is none, which has been reported. */
function resolveHost(written: string | undefined, path: Path, { context }: RuleContext): string | null | undefined {
  if (written === undefined) return null;
  const host = parseRouteHost(written);
  if (host.ok) return host.host;
  context.findings.problem(path, host.fault);
  return undefined;
}

const actionKeys = ["redirect", "respond", "abort"] as const;

/** null = it has more than one, which has been reported. */
function resolveAction(value: RuleDocument, path: Path, places: TemplatePlaces): ActionConfig | null {
  const { findings } = places.context;
  const given = actionsOf(value);
  if (given.length > 1) {
    findings.problem(
      path,
      `a rule has one action, this one has ${given.join(" and ")}: leave one, or make two rules of it`,
    );
    return null;
  }
  if (value.status !== undefined && value.redirect === undefined) {
    findings.problem([...path, "status"], "only a redirect has a status here: leave it out, or write it in `respond`");
  }
  if (value.appendQuery !== undefined && value.redirect === undefined && value.rewrite === undefined) {
    findings.problem(
      [...path, "appendQuery"],
      'without `rewrite` or `redirect` path and query stay as they came: leave it out, or write rewrite: "/{R:0}" as well',
    );
  }
  if (value.redirect !== undefined) return resolveRedirect(value, value.redirect, [...path, "redirect"], places);
  if (value.respond !== undefined) return resolveRespond(value.respond, [...path, "respond"], places);
  if (value.abort === true) return { kind: "abort" };
  return given.length === 0 ? { kind: "none" } : resolveRewrite(value, path, places);
}

function actionsOf(value: RuleDocument): string[] {
  const rewrite = ["farm", "rewrite"].find((key) => Object.hasOwn(value, key));
  return [...(rewrite === undefined ? [] : [rewrite]), ...actionKeys.filter((key) => value[key] !== undefined)];
}

function resolveRedirect(value: RuleDocument, url: string, path: Path, places: TemplatePlaces): ActionConfig {
  checkTemplate(url, path, places);
  if (/^https?:(?!\/\/)/i.test(url)) {
    places.context.findings.problem(
      path,
      `${quote(url)} is no URL: write https:// and the host, or a path such as "/owa/"`,
    );
  }
  const { status = defaults.status, appendQuery = defaults.appendQuery } = value;
  return { kind: "redirect", url, status, appendQuery };
}

function resolveRespond(
  { status, reason = "", body = "" }: NonNullable<RuleDocument["respond"]>,
  path: Path,
  places: TemplatePlaces,
): ActionConfig {
  checkTemplate(reason, [...path, "reason"], places);
  checkTemplate(body, [...path, "body"], places);
  return { kind: "respond", status, reason, body };
}

function resolveRewrite(value: RuleDocument, path: Path, places: TemplatePlaces): ActionConfig {
  const { farm = null, rewrite = null, appendQuery = defaults.appendQuery } = value;
  if (rewrite !== null) {
    checkTemplate(rewrite, [...path, "rewrite"], places);
    if (/^(?:[^/?#]*:)?\/\//.test(rewrite)) {
      places.context.findings.problem(
        [...path, "rewrite"],
        `${quote(rewrite)} is a URL: write the farm in \`farm\`, and here the path alone, such as "/{R:0}"`,
      );
    }
  }
  if (farm === null) return { kind: "rewrite", farm, url: rewrite, appendQuery };
  checkTemplate(farm, [...path, "farm"], places);
  return { kind: "rewrite", farm: farmNamed(farm, [...path, "farm"], places), url: rewrite, appendQuery };
}

/** A farm's name as it is written under `farms`; case is ignored. A template may become any. */
function farmNamed(written: string, path: Path, { document, farms, context }: TemplatePlaces): string {
  if (written.includes("{")) return written;
  const name = farms.find(written);
  if (name === undefined && document.complete) context.findings.problem(path, farms.unknown(written));
  return name ?? written;
}
