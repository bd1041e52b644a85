import type { FarmInput } from "../farm-schema.ts";
import type { Place } from "../place.ts";
import { chooseRoutes } from "./choose-routes.ts";
import { convertFarm } from "./convert-farm.ts";
import { planListeners } from "./convert-listeners.ts";
import { convertMaps } from "./convert-maps.ts";
import type { ConvertedRule } from "./convert-rule.ts";
import { convertRules } from "./convert-rules.ts";
import { planServers, type ServerPlan } from "./convert-servers.ts";
import type { PlannedFarm } from "./farm-plan.ts";
import type { ImportDocument } from "./import-document.ts";
import type { ImportFindings } from "./import-finding.ts";
import { planFarms } from "./plan-farms.ts";
import { publishedHosts } from "./published-hosts.ts";
import { readFarms } from "./read-farms.ts";
import { readLimits } from "./read-limits.ts";
import { readMaps } from "./read-maps.ts";
import { readOthers } from "./read-others.ts";
import { readOutbound } from "./read-outbound.ts";
import { readProxy } from "./read-proxy.ts";
import { readSites } from "./read-sites.ts";
import { redirectsToHttps } from "./redirects-to-https.ts";
import { reverseRules } from "./reverse-rules.ts";
import { rulesInForce } from "./rules-in-force.ts";
import { scopesOf, sectionsOf } from "./sections.ts";
import { childrenOf, type XmlElement } from "./xml-element.ts";

export interface Converted {
  readonly document: ImportDocument;
  readonly places: ReadonlyMap<string, Place>;
  readonly hosts: readonly string[];
}

/** Those that can be meant by the same requests are compared with each other. */
export const maxRules = 20_000;

/** null = the file has neither farms nor rules. */
export function convertFile(
  root: XmlElement,
  certificate: string,
  findings: ImportFindings,
): Converted | "too many rules" | null {
  const scopes = scopesOf(root);
  const sectionsIn = (...names: readonly string[]): readonly XmlElement[] =>
    sectionsOf(scopes, ...names).map(({ section }) => section);
  const sites = readSites(root, findings);
  const farms = childrenOf(root, "webFarms").flatMap((section) => readFarms(section, findings));
  const rules = rulesInForce({ scopes, sites, findings });
  if (rules.length > maxRules) return "too many rules";
  const outbound = readOutbound(sectionsIn("rewrite", "outboundRules"), findings);
  if (farms.length === 0 && rules.length === 0 && outbound.outboundRules.length === 0) return null;
  const maps = readMaps(sectionsIn("rewrite", "rewriteMaps"), findings);
  const proxy = readProxy(sectionsIn("proxy")[0] ?? null, findings);
  const plan = planFarms({ farms, rules, maps, proxy }, findings);
  const all = convertRules(rules, { farms: plan, maps, findings });
  const redirect = redirectsToHttps(all);
  const converted = all.filter((one) => one !== redirect);
  const listeners = planListeners({ sites, rules: converted, redirects: redirect !== null, certificate }, findings);
  const chosen = chooseRoutes(converted, listeners.plainHttp);
  if (redirect !== null) tellOfRedirect(redirect, findings);
  tellOfDropped(chosen.dropped, findings);
  readOthers(scopes, findings);
  tellOfHeaders(root, findings);
  const limits = readLimits(scopes, findings);
  const planned = plan.all();
  const serverPlan = planServers(planned);
  const document: ImportDocument = {
    listen: listeners.listen.map((listener) => ({ ...listener, ...limits.listener })),
    servers: serverPlan.servers,
    farms: farmsOf(planned, serverPlan, findings),
    routes: chosen.routes.map((route) => ({ ...route, ...limits.route })),
    rules: chosen.rules.map(({ rule }) => rule),
    ...outbound,
    outboundRules: [...reverseRules(planned, findings), ...outbound.outboundRules],
    rewriteMaps: convertMaps(maps, rules, plan, findings),
    ...(planned.some(({ farm }) => farm.protocol.logId) ? { forwarded: { logId: true } } : {}),
    presets: {},
  };
  return {
    document,
    places: new Map(planned.map(({ name, farm }) => [name, farm.place])),
    hosts: publishedHosts(all, planned, sites),
  };
}

function farmsOf(
  planned: readonly PlannedFarm[],
  servers: ServerPlan,
  findings: ImportFindings,
): Record<string, FarmInput> {
  return Object.fromEntries(planned.map((one) => [one.name, convertFarm(one, servers.membersOf(one), findings)]));
}

function tellOfRedirect({ source }: ConvertedRule, findings: ImportFindings): void {
  const result = "`redirect: https` of the listener for plain HTTP";
  findings.changed(
    source.place,
    `the rule ${JSON.stringify(source.name)}`,
    result,
    "clients are sent to the same URL with https",
  );
}

function tellOfHeaders(root: XmlElement, findings: ImportFindings): void {
  const result = "X-Forwarded-For without the port, X-Forwarded-Proto, X-Forwarded-Host and X-ARR-LOG-ID";
  const consequence =
    "members that ask for X-ARR-SSL or the client's port do not find them, nor X-Original-URL where the path stays";
  findings.note(root.place, "the headers that ARR adds to requests", result, consequence);
}

function tellOfDropped(rules: readonly ConvertedRule[], findings: ImportFindings): void {
  for (const { source } of rules) {
    const result = "no rule: the router itself answers 404 to what no route publishes";
    findings.changed(source.place, `the rule ${JSON.stringify(source.name)}`, result, "");
  }
}
