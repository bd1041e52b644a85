import type { ActionConfig, RuleConfig, RulesConfig, SetVariableConfig } from "../../src/rules/rule-config.ts";
import { untouched, type RuleOutcome } from "../../src/rules/rule-outcome.ts";
import type { RuleRequest } from "../../src/rules/rule-request.ts";
import { judgeConditions, matchPattern, type Judgement } from "./reference-match.ts";
import { expand, expandPieces, type Scope } from "./reference-template.ts";
import {
  appendQuery,
  hasDotSegment,
  isMalformed,
  locationOf,
  splitQuery,
  targetOf,
  withoutControls,
} from "./reference-url.ts";
import { currentPath, variableOf, type RequestState } from "./reference-variables.ts";

interface Progress extends RequestState {
  readonly config: RulesConfig;
  /** The last rule that rewrote. */
  rule: string | null;
  farm: string | null;
}

/**
 * What rules make of a request, by the letter of URL Rewrite's algorithm and as slow as it reads: the product's engine is
 * compared with it. "malformed" = no rule may see such a path.
 */
export function referenceOutcome(config: RulesConfig, request: RuleRequest): RuleOutcome | "malformed" {
  if (isMalformed(splitQuery(request.target).path)) return "malformed";
  const state: Progress = { config, request, set: new Map(), target: request.target, rule: null, farm: null };
  for (const rule of config.inbound) {
    const scope = scopeOfMatch(rule, state);
    if (scope === null) continue;
    for (const variable of rule.set) setVariable(variable, state, scope);
    const known = [state.target, state.request.target].map((target) => splitQuery(target).path);
    const end = perform(rule, state, scope);
    if (end !== null) return end;
    const { path } = splitQuery(state.target);
    if (isMalformed(path) || (!known.includes(path) && hasDotSegment(path))) return "malformed";
    if (rule.stop) break;
  }
  return forwardOf(state);
}

/** What the rule's templates see; null = it does not match. */
function scopeOfMatch(rule: RuleConfig, state: Progress): Scope | null {
  if (rule.host !== null && !isHost(rule.host, variableOf("HTTP_HOST", state))) return null;
  if (rule.https !== null && rule.https !== state.request.https) return null;
  const path = currentPath(state);
  const r = rule.path === null ? [path] : matchPattern(rule.path, rule.syntax, path);
  if (r === null) return null;
  const judgement = judgeConditions(rule, rule.syntax, (input, before) =>
    expandPieces(input, scopeOf(state, r, before)),
  );
  return judgement.holds ? scopeOf(state, r, judgement) : null;
}

function scopeOf(state: Progress, r: readonly string[], { c, decoded }: Omit<Judgement, "holds">): Scope {
  return {
    r,
    c,
    decoded,
    maps: state.config.maps,
    variable: (name) => variableOf(name, state),
    isSet: (name) => state.set.has(name),
    query: splitQuery(state.target).query,
  };
}

/** `host`: a name, "*.name" or "name.*". */
function isHost(wanted: string, authority: string): boolean {
  const name = authority.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
  const pattern = wanted.toLowerCase();
  if (pattern.startsWith("*.")) return name.length >= pattern.length && name.endsWith(pattern.slice(1));
  return pattern.endsWith(".*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function setVariable({ name, value, replace }: SetVariableConfig, state: Progress, scope: Scope): void {
  if (!replace && variableOf(name, state) !== "") return;
  const expanded = expand(value, scope);
  state.set.set(name, name.startsWith("HTTP_") ? headerText(expanded) : expanded);
}

/** What cannot stand in a header's line is escaped, and spaces around it mean nothing. */
export function headerText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- They are what is looked for.
  return text.trim().replaceAll(/[\0-\x1f\x7f]|[^\0-\xff]/gu, (character) => {
    const hex = Buffer.from(character).toString("hex").toUpperCase();
    return hex.replaceAll(/../g, "%$&");
  });
}

/** The end of the request, if the action is one. */
function perform({ name, action }: RuleConfig, state: Progress, scope: Scope): RuleOutcome | null {
  if (action.kind === "none") return null;
  if (action.kind === "rewrite") {
    rewrite(action, state, scope);
    state.rule = name;
    return null;
  }
  return endOf(name, action, state, scope);
}

type LastAction = Exclude<ActionConfig, { readonly kind: "none" | "rewrite" }>;

function endOf(rule: string, action: LastAction, state: Progress, scope: Scope): RuleOutcome {
  const { kind } = action;
  if (kind === "abort") return { kind, rule };
  if (kind === "respond") {
    const reason = withoutControls(expand(action.reason, scope));
    return { kind, rule, status: action.status, reason, body: expand(action.body, scope) };
  }
  const expanded = locationOf(expandPieces(action.url, scope));
  const location = action.appendQuery ? appendQuery(expanded, splitQuery(state.target).query) : expanded;
  return { kind, rule, status: action.status, location };
}

function rewrite(action: ActionConfig & { readonly kind: "rewrite" }, state: Progress, scope: Scope): void {
  const farm = action.farm === null ? null : expand(action.farm, scope);
  if (action.url !== null) {
    const { query } = splitQuery(state.target);
    const target = keptTarget(action.url, state, scope) ?? targetOf(expandPieces(action.url, scope));
    const whole = action.appendQuery ? appendQuery(target, query) : target;
    // "*" has no query: what is behind it makes it a path.
    state.target = whole.startsWith("*?") ? `/${whole.slice(1)}` : whole;
  }
  state.farm = farm;
}

/** Where the template is the path that is there already, its spelling stays: a%2Fb or a%20b. null = it is something else. */
function keptTarget(template: string, state: Progress, scope: Scope): string | null {
  const name = template.toUpperCase();
  const { path } = splitQuery(state.target);
  if (name === "/{R:0}") return scope.r[0] === currentPath(state) ? path : null;
  if (scope.isSet(name.slice(1, -1))) return null;
  if (["{URL}", "{PATH_INFO}", "{SCRIPT_NAME}"].includes(name)) return path;
  if (name === "{REQUEST_URI}") return state.target;
  return name === "{UNENCODED_URL}" ? state.request.target : null;
}

function forwardOf(state: Progress): RuleOutcome {
  const headers = new Map<string, string>();
  const variables = new Map<string, string>();
  for (const [name, value] of state.set) {
    if (name.startsWith("HTTP_")) headers.set(headerNameOf(name), value);
    else variables.set(name, value);
  }
  const target = state.target === state.request.target ? null : state.target;
  return { ...untouched, rule: state.rule, farm: state.farm, target, headers, variables };
}

/** HTTP_X_NAME is the header x-name. */
function headerNameOf(variable: string): string {
  return variable.slice("HTTP_".length).replaceAll("_", "-").toLowerCase();
}
