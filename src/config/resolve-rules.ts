import type { ActionConfig, RewriteMapConfig, RuleConfig, RulesConfig } from "../rules/rule-config.ts";
import { isHeader } from "../rules/server-variables.ts";
import { builtInDefaults } from "./defaults.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import type { Document } from "./read-document.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveOutboundRules } from "./resolve-outbound-rules.ts";
import { parseRouteHost } from "./route-host.ts";
import { checkRuleName, checkTemplate, createRuleContext, type RuleContext } from "./rule-context.ts";
import { resolveConditions, resolvePattern } from "./rule-patterns.ts";
import type { RuleDocument } from "./rule-schema.ts";
import { warnOfSwallowed } from "./swallowed-rules.ts";

const defaults = builtInDefaults.rule;

/** The rules and what they name. Rules that are switched off are looked at as well: they are to be switched on one day. */
export function resolveRules(document: Document, context: ResolveContext): RulesConfig {
  const rules = createRuleContext(document, context);
  const names = new Map<string, Path>();
  const inbound: RuleConfig[] = [];
  for (const item of document.rules) {
    if (item.value === null) continue;
    checkRuleName(item.value.name, item.path, names, context);
    const rule = resolveRule(item.value, item.path, rules);
    if (rule !== null && item.value.enabled !== false) inbound.push(rule);
  }
  warnOfSwallowed(document, inbound, context);
  return { inbound, outbound: resolveOutboundRules(document, rules), maps: resolveMaps(document) };
}

function resolveMaps({ rewriteMaps }: Document): RewriteMapConfig[] {
  return [...rewriteMaps].flatMap(([name, { value }]) =>
    value === null
      ? []
      : [
          {
            name,
            defaultValue: value.default ?? defaults.mapDefault,
            ignoreCase: value.ignoreCase ?? defaults.ignoreCase,
            entries: Object.entries(value.entries ?? {}),
          },
        ],
  );
}

/** null = it can't be used, which has been reported. */
function resolveRule(value: RuleDocument, path: Path, rules: RuleContext): RuleConfig | null {
  const syntax = value.syntax ?? defaults.syntax;
  const pattern = value.path === undefined ? null : resolvePattern(value.path, syntax, [...path, "path"], rules);
  const host = resolveHost(value.host, [...path, "host"], rules);
  const ruleGroups = pattern?.groups ?? 0;
  const { conditions, match, captures = defaults.captures } = value;
  const tests = { conditions, match, captures };
  const resolved = resolveConditions(tests, { syntax, path, ruleGroups, response: false }, rules);
  const places = { ...rules, ruleGroups, conditionGroups: resolved.groups, response: false };
  const set = resolveSet(value, path, places);
  const action = resolveAction(value, path, places);
  if (action === null) return null;
  const { name, https = null, stop = defaults.stop } = value;
  return { name, syntax, host, https, path: pattern?.config ?? null, ...resolved.config, set, action, stop };
}

function resolveHost(written: string | undefined, path: Path, { context }: RuleContext): string | null {
  if (written === undefined) return null;
  const host = parseRouteHost(written);
  if (host.ok) return host.host;
  context.findings.problem(path, host.fault);
  return null;
}

/** Where templates stand, and what they may name there. */
interface Places extends RuleContext {
  readonly ruleGroups: number;
  readonly conditionGroups: number;
  readonly response: boolean;
}

/** How the message goes over the connection is not for rules to say; the router writes it. */
const forbidden: ReadonlySet<string> = new Set(
  "CONNECTION CONTENT_LENGTH TRANSFER_ENCODING UPGRADE EXPECT TE TRAILER KEEP_ALIVE PROXY_CONNECTION HTTP2_SETTINGS".split(
    " ",
  ),
);

function resolveSet({ set }: RuleDocument, path: Path, places: Places): RuleConfig["set"] {
  const { findings } = places.context;
  return Object.entries(set ?? {}).map(([written, setting]) => {
    const at = [...path, "set", written];
    const name = written.toUpperCase().replaceAll("-", "_");
    if (!/^[A-Z_][A-Z0-9_]*$/.test(name)) {
      findings.problem(at, `${quote(written)} is not a name: write letters, digits and _, such as HTTP_X_NAME`, "key");
    } else if (isHeader(name) && forbidden.has(name.slice("HTTP_".length))) {
      findings.problem(
        at,
        `${quote(written)} can't be set: how the request is carried is the router's own matter`,
        "key",
      );
    }
    const { value, replace = defaults.replace } = typeof setting === "string" ? { value: setting } : setting;
    checkTemplate(value, typeof setting === "string" ? at : [...at, "value"], places);
    return { name, value, replace };
  });
}

const actionKeys = ["redirect", "respond", "abort"] as const;

/** null = it has more than one, which has been reported. */
function resolveAction(value: RuleDocument, path: Path, places: Places): ActionConfig | null {
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
  if (value.redirect !== undefined) return resolveRedirect(value, value.redirect, [...path, "redirect"], places);
  if (value.respond !== undefined) return resolveRespond(value.respond, [...path, "respond"], places);
  if (value.abort === true) return { kind: "abort" };
  return given.length === 0 ? { kind: "none" } : resolveRewrite(value, path, places);
}

function actionsOf(value: RuleDocument): string[] {
  const rewrite = ["farm", "rewrite"].find((key) => Object.hasOwn(value, key));
  return [...(rewrite === undefined ? [] : [rewrite]), ...actionKeys.filter((key) => value[key] !== undefined)];
}

function resolveRedirect(value: RuleDocument, url: string, path: Path, places: Places): ActionConfig {
  checkTemplate(url, path, places);
  const { status = defaults.status, appendQuery = defaults.appendQuery } = value;
  return { kind: "redirect", url, status, appendQuery };
}

function resolveRespond(
  { status, reason = "", body = "" }: NonNullable<RuleDocument["respond"]>,
  path: Path,
  places: Places,
): ActionConfig {
  checkTemplate(reason, [...path, "reason"], places);
  checkTemplate(body, [...path, "body"], places);
  return { kind: "respond", status, reason, body };
}

function resolveRewrite(value: RuleDocument, path: Path, places: Places): ActionConfig {
  const { farm = null, rewrite = null, appendQuery = defaults.appendQuery } = value;
  if (rewrite !== null) {
    checkTemplate(rewrite, [...path, "rewrite"], places);
    if (/^https?:\/\//i.test(rewrite)) {
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
function farmNamed(written: string, path: Path, { document, farms, context }: Places): string {
  if (written.includes("{")) return written;
  const name = farms.find(written);
  if (name === undefined && document.complete) context.findings.problem(path, farms.unknown(written));
  return name ?? written;
}
