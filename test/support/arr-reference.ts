import type { ArrRule } from "../../src/config/import-arr/arr-rule.ts";
import { ImportFindings } from "../../src/config/import-arr/import-finding.ts";
import { readFarms, type ArrFarm } from "../../src/config/import-arr/read-farms.ts";
import { readMaps, type ArrMap } from "../../src/config/import-arr/read-maps.ts";
import { readSites } from "../../src/config/import-arr/read-sites.ts";
import { readXml } from "../../src/config/import-arr/read-xml.ts";
import { rulesInForce } from "../../src/config/import-arr/rules-in-force.ts";
import { scopesOf, sectionsOf } from "../../src/config/import-arr/sections.ts";
import { childrenOf } from "../../src/config/import-arr/xml-element.ts";
import type { ActionConfig, RuleConfig, RulesConfig } from "../../src/rules/rule-config.ts";
import type { RuleRequest } from "../../src/rules/rule-request.ts";
import { referenceOutcome } from "./reference-rules.ts";

/** Where IIS sends a request, in words that can be compared. */
export type ArrSite = (request: RuleRequest) => string;

/** IIS with ARR by the letter: each rule as it stands, one after the other; without the rules named `without`. */
export function arrReference(xml: string, without: readonly string[]): ArrSite {
  const read = readXml(xml);
  if (!read.ok) throw new Error(read.message);
  const findings = new ImportFindings();
  const scopes = scopesOf(read.root);
  const rules = rulesInForce({ scopes, sites: readSites(read.root, findings), findings });
  const maps = readMaps(
    sectionsOf(scopes, "rewrite", "rewriteMaps").map(({ section }) => section),
    findings,
  );
  const farms = childrenOf(read.root, "webFarms").flatMap((section) => readFarms(section, findings));
  const config: RulesConfig = {
    inbound: rules.filter(({ enabled, name }) => enabled && !without.includes(name)).map(ruleOf),
    outbound: [],
    maps: maps.map(mapOf),
  };
  return (request) => {
    const outcome = referenceOutcome(config, request);
    if (outcome === "malformed") return "malformed";
    if (outcome.kind === "redirect") return `redirect ${outcome.status} ${outcome.location}`;
    if (outcome.kind === "respond") return respondText(outcome.status, outcome.body);
    if (outcome.kind === "abort") return "abort";
    // IIS answers itself, from its own disk: there is nothing here.
    return outcome.farm === null
      ? respondText(404, "")
      : `${membersOf(outcome.farm, farms)} ${outcome.target ?? request.target}`;
  };
}

export function respondText(status: number, body: string): string {
  return `answer ${status} ${body}`;
}

function ruleOf({ name, syntax, stop, match, conditions, variables, action, hosts }: ArrRule): RuleConfig {
  return {
    name,
    syntax,
    host: hosts?.[0] ?? null,
    https: null,
    path: match,
    grouping: conditions.grouping === "MatchAny" ? "any" : "all",
    captures: conditions.trackAll ? "all" : "last",
    // There are no files.
    conditions: conditions.list.map(({ matchType, ...condition }) =>
      matchType === "Pattern" ? condition : { ...condition, input: "", pattern: "there are no files" },
    ),
    set: variables,
    action: actionOf(action),
    stop,
  };
}

function actionOf(action: ArrRule["action"]): ActionConfig {
  if (action.type === "None") return { kind: "none" };
  if (action.type === "AbortRequest") return { kind: "abort" };
  if (action.type === "CustomResponse") {
    return { kind: "respond", status: action.status, reason: action.reason, body: action.body };
  }
  const { url, appendQuery } = action;
  if (action.type === "Redirect") return { kind: "redirect", url, status: action.status, appendQuery };
  const [, farm, path] = forwardForm.exec(url) ?? [];
  if (farm === undefined) {
    return { kind: "rewrite", farm: null, url: url.startsWith("/") ? url : `/${url}`, appendQuery };
  }
  return { kind: "rewrite", farm, url: path === "" ? "/" : (path ?? "/"), appendQuery };
}

/** The scheme and the host, which may be a look-up in a map, then the path. */
const forwardForm =
  /^(https?:\/\/(?:\{[^{}]*(?:\{[^{}]*\})?\}(?<!\{URL\}|\{REQUEST_URI\}|\{UNENCODED_URL\})|[^/{])+)(.*)$/i;

function mapOf({ name, defaultValue, ignoreCase, entries }: ArrMap): RulesConfig["maps"][number] {
  return { name, defaultValue, ignoreCase, entries: [...entries] };
}

/** The servers of a farm, or the host itself, with their ports. */
function membersOf(url: string, farms: readonly ArrFarm[]): string {
  const {
    scheme = "",
    host = "",
    port,
  } = /^(?<scheme>https?):\/\/(?<host>.*?)(?::(?<port>\d+))?$/i.exec(url)?.groups ?? {};
  const https = scheme.toLowerCase() === "https";
  const farm = farms.find(({ name }) => name.toLowerCase() === host.toLowerCase());
  if (farm === undefined) return `${scheme.toLowerCase()}://${host.toLowerCase()}:${port ?? (https ? 443 : 80)}`;
  if (farm.members.length === 0) return "nobody";
  return farm.members
    .map(({ address, httpPort, httpsPort, enabled }) => {
      const state = enabled && farm.enabled ? "" : " unavailable";
      return `${scheme.toLowerCase()}://${address.toLowerCase().replaceAll(/[[\]]/g, "")}:${https ? httpsPort : httpPort}${state}`;
    })
    .join(",");
}
