import type { RuleInput } from "../rule-schema.ts";
import type { ArrAction, ArrRule } from "./arr-rule.ts";
import { httpSuffix, type FarmPlan, type Scheme } from "./farm-plan.ts";
import type { ImportFindings } from "./import-finding.ts";
import type { ArrFarm } from "./read-farms.ts";
import { keepsPath, rewriteTarget, type RewriteTarget } from "./rewrite-target.ts";
import { mapHosts, type ArrMap } from "./read-maps.ts";

export interface ActionContext {
  readonly farms: FarmPlan;
  readonly maps: readonly ArrMap[];
  readonly findings: ImportFindings;
  /** Rules of sites come after the global ones. */
  readonly hasSiteRules: boolean;
  /** A rule before this one changes the path and goes on. */
  readonly pathChanges: boolean;
  /** A rule before this one chooses a farm and goes on. */
  readonly forwardsBefore: boolean;
}

export interface ConvertedAction {
  readonly keys: Pick<RuleInput, "farm" | "rewrite" | "redirect" | "status" | "respond" | "abort" | "appendQuery">;
  /** It ends the rules by itself. */
  readonly stops: boolean;
  /** The Host that members get instead of the client's; null = the client's. */
  readonly host: string | null;
  /** A farm and nothing else, or null for the answer that there is nothing; absent = more than that. */
  readonly publishes?: string | null;
}

const nothing: ConvertedAction = {
  keys: { respond: { status: 404 } },
  stops: true,
  host: null,
  publishes: null,
};

/** null = it cannot be kept, which has been told. */
export function convertAction(rule: ArrRule, context: ActionContext): ConvertedAction | null {
  const { action } = rule;
  if (action.type === "None") return convertNone(rule, context);
  if (action.type === "AbortRequest") return { keys: { abort: true }, stops: true, host: null };
  if (action.type === "CustomResponse") return convertResponse(action);
  const append = action.appendQuery ? {} : { appendQuery: false };
  if (action.type === "Rewrite") return convertRewrite(rule, { target: rewriteTarget(action.url), append }, context);
  const status = action.status === 301 ? {} : { status: action.status };
  return { keys: { redirect: action.url, ...status, ...append }, stops: true, host: null };
}

function convertResponse({ status, reason, body }: Extract<ArrAction, { type: "CustomResponse" }>): ConvertedAction {
  if (status === 404 && /^(?:|not found)$/i.test(reason.trim()) && body === "") return nothing;
  const respond = { status, ...(reason === "" ? {} : { reason }), ...(body === "" ? {} : { body }) };
  return { keys: { respond }, stops: true, host: null };
}

/** With `stopProcessing` it keeps requests from the rules behind it: IIS answers them itself. */
function convertNone(rule: ArrRule, context: ActionContext): ConvertedAction | null {
  const { findings } = context;
  const read = `the rule ${JSON.stringify(rule.name)} without an action`;
  if (isLast(rule, context)) {
    const consequence = "what IIS has under these paths itself is not served";
    findings.changed(rule.place, read, "the answer 404: IIS serves such requests from its own disk", consequence);
    return nothing;
  }
  if (rule.variables.some(({ name }) => name === "ARR_CACHE_CONTROL_OVERRIDE")) {
    findings.leftOut(rule.place, `the cache control rule ${JSON.stringify(rule.name)}`, "nothing is cached here", "");
    if (rule.variables.length === 1) return null;
  }
  return { keys: {}, stops: false, host: null };
}

/** Does IIS answer the request itself? */
function isLast({ stop, global }: ArrRule, { hasSiteRules, forwardsBefore }: ActionContext): boolean {
  return stop && !(global && hasSiteRules) && !forwardsBefore;
}

interface Rewrite {
  readonly target: RewriteTarget;
  readonly append: { readonly appendQuery?: boolean };
}

function convertRewrite(rule: ArrRule, { target, append }: Rewrite, context: ActionContext): ConvertedAction | null {
  const { findings } = context;
  if (target.kind === "absolute") return convertForward(rule, { target, append }, context);
  const read = `the action of the rule ${JSON.stringify(rule.name)}`;
  if (target.kind === "unknown") {
    const consequence = "its requests go on to the next rules: write one rule for https and one for http";
    findings.leftOut(rule.action.place, read, "the scheme of its URL is known only when a request comes", consequence);
    return null;
  }
  if (isLast(rule, context)) {
    const consequence = "what IIS has under this path itself is not served";
    findings.changed(rule.action.place, read, "the answer 404: the new path is one of IIS itself", consequence);
    return nothing;
  }
  return { keys: { rewrite: target.path, ...append }, stops: false, host: null };
}

interface Forward {
  readonly target: Extract<RewriteTarget, { kind: "absolute" }>;
  readonly append: { readonly appendQuery?: boolean };
}

function convertForward(rule: ArrRule, { target, append }: Forward, context: ActionContext): ConvertedAction | null {
  const { host } = target;
  const farm = host.includes("{") ? dynamicFarm(rule, target, context) : literalFarm(rule, target, context);
  if (farm === null) return noFarm(rule, context);
  const appendQuery = append.appendQuery ?? true;
  const isOld = context.pathChanges && /^\{(?:REQUEST_URI|UNENCODED_URL)\}$/i.test(target.path);
  const stays = !isOld && keepsPath(rule, { path: target.path, appendQuery });
  const path = target.path === "" ? "/" : target.path;
  const keys = { farm: farm.name, ...(stays ? {} : { rewrite: path, ...append }) };
  const publishes = stays && farm.host === null && !farm.name.includes("{") ? { publishes: farm.name } : {};
  return { keys, stops: false, host: farm.host, ...publishes };
}

interface ChosenFarm {
  readonly name: string;
  readonly host: string | null;
}

function literalFarm(
  rule: ArrRule,
  { host, port, scheme }: Forward["target"],
  { farms, findings }: ActionContext,
): ChosenFarm | null {
  const isFarm = farms.isFarm(host);
  const key = farms.keyOf(host, port);
  const name = farms.nameOf(key, scheme);
  const farm = farms.farmOf(key);
  if (name === null || farm === null) return null;
  if (farm.protocol.preserveHost) return { name, host: null };
  if (!isFarm) return { name, host: port === null ? host : `${host}:${port}` };
  const only = onlyHost(farm, scheme);
  if (only !== null) return { name, host: only };
  const consequence = "a rule can give them one and the same, with set: { HTTP_HOST: … }";
  const read = `preserveHostHeader="false" of <webFarm name=${JSON.stringify(farm.name)}>`;
  findings.leftOut(rule.place, read, "members get the Host that the client sent", consequence);
  return { name, host: null };
}

/** The Host of a farm's one server; null = there are several. */
function onlyHost({ members: [only, second] }: ArrFarm, scheme: Scheme): string | null {
  if (only === undefined || second !== undefined) return null;
  const port = scheme === "https" ? only.httpsPort : only.httpPort;
  return port === (scheme === "https" ? 443 : 80) ? only.address : `${only.address}:${port}`;
}

/** `{Map:{HTTP_HOST}}`: the farm is what the map says. */
function dynamicFarm(rule: ArrRule, { host, scheme }: Forward["target"], context: ActionContext): ChosenFarm {
  const { farms, maps, findings } = context;
  const keys = mapHosts(host, maps) ?? farms.farmKeys();
  if (keys.some((key) => farms.farmOf(key)?.protocol.preserveHost === false)) {
    const read = `preserveHostHeader="false" for the rule ${JSON.stringify(rule.name)}`;
    const consequence = "members that know themselves by another name need a rule with set: { HTTP_HOST: … }";
    findings.leftOut(rule.action.place, read, "members get the Host that the client sent", consequence);
  }
  const split = scheme === "http" && keys.some((key) => farms.schemesOf(key).size > 1);
  return { name: `${host}${split ? httpSuffix : ""}`, host: null };
}

/** ARR answers 502.4, IIS 404 or 502. */
function noFarm(rule: ArrRule, { findings }: ActionContext): ConvertedAction {
  const read = `the action of the rule ${JSON.stringify(rule.name)}`;
  findings.changed(rule.action.place, read, "the answer 503", "where it leads there is no server");
  return { keys: { respond: { status: 503, reason: "No server" } }, stops: true, host: null };
}
