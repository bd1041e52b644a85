import type { ImportDocument } from "../config/import-arr/import-document.ts";
import type { ImportFinding } from "../config/import-arr/import-finding.ts";
import type { Place } from "../config/place.ts";
import type { Expansion } from "../config/preset.ts";
import type { RouteInput } from "../config/route-schema.ts";
import { candidateOf, type Candidate, type Layout } from "./exchange-candidates.ts";
import { exchangeFarms, type ExchangeFarm } from "./exchange-farms.ts";
import { exchangeSchema } from "./exchange-schema.ts";
import { expandExchange } from "./expand-exchange.ts";
import { entryOf, pointsOf, routeTable } from "./route-table.ts";

export interface Recognised {
  readonly document: ImportDocument;
  readonly findings: readonly ImportFinding[];
}

const layouts: readonly Layout[] = ["single-namespace", "namespace-per-protocol", "shared-check"];

/**
 * An `exchange` block in the place of farms, where the document with it routes each request to the same servers with the
 * same check as without: the block is expanded, and both are asked for every host and path that they tell apart. Routes
 * that publish more than the block does stay beside it. null = no block stands for any of it.
 */
export function recogniseExchange(document: ImportDocument, places: ReadonlyMap<string, Place>): Recognised | null {
  // The block's routes have no limits of their own.
  if (document.routes.some(({ maxBody }) => maxBody !== undefined)) return null;
  // Which farm a template names is known only when a request comes.
  if (document.rules.some(({ farm }) => farm?.includes("{") === true)) return null;
  const led = new Set([...document.routes, ...document.rules].map(({ farm }) => farm));
  const farms = exchangeFarms(document);
  // Nobody knows what such a one is for.
  if (farms.some(({ name }) => !led.has(name))) return null;
  for (const layout of layouts) {
    const found = fit(layout, farms, document);
    if (found !== null) return { document: written(found, document), findings: findingsOf(found, places) };
  }
  return null;
}

interface Fit {
  readonly candidate: Candidate;
  /** Those that are needed beside the block's. */
  readonly routes: readonly RouteInput[];
}

function fit(layout: Layout, farms: readonly ExchangeFarm[], document: ImportDocument): Fit | null {
  const candidate = candidateOf(layout, farms, document.routes);
  const expansion = candidate === null ? null : expand(candidate);
  if (candidate === null || expansion === null) return null;
  const before = renamed(document.routes, candidate);
  const routes = besides(before, expansion);
  // A place is published once.
  const places = new Set(expansion.routes.map(placeOf));
  if (routes.some((route) => places.has(placeOf(route)))) return null;
  const after = [...routes, ...expansion.routes];
  const isSame =
    routesAreSame(before, after, answeringRules(document)) &&
    farmsAreSame(candidate, { ...expansion, routes: after }, document);
  return isSame ? { candidate, routes } : null;
}

/** null = the block is wrong. */
function expand({ block }: Candidate): Expansion | null {
  const parsed = exchangeSchema.safeParse(block);
  const expansion = parsed.success ? expandExchange(parsed.data) : null;
  return expansion === null || expansion.problems.length > 0 ? null : expansion;
}

/** With the block's names for farms; what another farm has of these is left alone, and differs. */
function renamed(routes: readonly RouteInput[], { farms }: Candidate): readonly RouteInput[] {
  const names = newNames(farms);
  return routes.map((route) => ({ ...route, farm: names.get(route.farm) ?? route.farm }));
}

function newNames(farms: Candidate["farms"]): ReadonlyMap<string, string> {
  return new Map([...farms].map(([name, farm]) => [farm.name, name]));
}

function placeOf(route: RouteInput): string {
  const { host, path, exact } = entryOf(route);
  return JSON.stringify([host, path, exact]);
}

const keyOf = (route: RouteInput): string => JSON.stringify([placeOf(route), route.farm]);

/** The routes that the block has not, without those that change nothing. */
function besides(before: readonly RouteInput[], { routes }: Expansion): readonly RouteInput[] {
  const expanded = new Set(routes.map(keyOf));
  const own = before.filter((route) => !expanded.has(keyOf(route)));
  const points = pointsOf([before, routes]);
  const all = routeTable([...own, ...routes]);
  return own.reduceRight<readonly RouteInput[]>((kept, route) => {
    const rest = kept.filter((other) => other !== route);
    const table = routeTable([...rest, ...routes]);
    return points.every(([host, path]) => table(host, path) === all(host, path)) ? rest : kept;
  }, own);
}

/** Wherever they are asked: rules go before routes. */
function routesAreSame(
  before: readonly RouteInput[],
  after: readonly RouteInput[],
  rules: ImportDocument["rules"],
): boolean {
  const [expected, found] = [routeTable(before), routeTable(after)];
  return pointsOf([before, after]).every(
    ([host, path]) => expected(host, path) === found(host, path) || isAnswered(host, path, rules),
  );
}

/** Those that answer whoever asks: over plain HTTP as well, where that is served. */
function answeringRules({ rules, listen }: ImportDocument): ImportDocument["rules"] {
  const servesPlain = listen.some(({ certificates, redirect }) => certificates === undefined && redirect === undefined);
  return rules.filter(({ https }) => https === undefined || (https && !servesPlain));
}

/** A rule for the root, or for everything, answers before any route is asked. */
function isAnswered(host: string, path: string, rules: ImportDocument["rules"]): boolean {
  return rules.some((rule) => {
    const answers = rule.redirect !== undefined || rule.respond !== undefined || rule.abort === true;
    const isPlain = rule.enabled !== false && rule.conditions === undefined;
    const fitsPath = rule.path === undefined || (rule.path === "^$" && rule.syntax === undefined && path === "/");
    const asRoute = { ...(rule.host === undefined ? {} : { host: rule.host }), farm: "rule" };
    return answers && isPlain && fitsPath && routeTable([asRoute])(host, path) !== null;
  });
}

/** The same members, the same check under the same name, the same name of the certificate. */
function farmsAreSame({ farms }: Candidate, { farms: expanded, routes }: Expansion, document: ImportDocument): boolean {
  const replaced = new Set([...farms.values()].map(({ name }) => name));
  return Object.entries(expanded).every(([name, farm]) => {
    const ours = farms.get(name);
    if (ours === undefined || (Object.hasOwn(document.farms, name) && !replaced.has(name))) return false;
    const host = routes.find((route) => route.farm === name && route.host?.includes("*") === false)?.host;
    return (
      JSON.stringify(farm.servers) === JSON.stringify(ours.farm.servers) &&
      checkOf(farm.health) === checkOf(ours.farm.health) &&
      host === ours.host &&
      farm.tls?.serverName === ours.farm.tls?.serverName
    );
  });
}

function checkOf(health: ExchangeFarm["farm"]["health"]): string {
  return typeof health === "object" ? (health.path ?? "").toLowerCase() : "";
}

function written({ candidate, routes }: Fit, document: ImportDocument): ImportDocument {
  const names = newNames(candidate.farms);
  const farms = Object.entries(document.farms).filter(([name]) => !names.has(name));
  return {
    ...document,
    presets: { ...document.presets, exchange: candidate.block },
    farms: Object.fromEntries(farms),
    routes,
    rules: document.rules.map((rule) =>
      rule.farm === undefined ? rule : { ...rule, farm: names.get(rule.farm) ?? rule.farm },
    ),
  };
}

function findingsOf({ candidate, routes }: Fit, places: ReadonlyMap<string, Place>): readonly ImportFinding[] {
  const stay =
    routes.length === 0 ? "" : "; the routes beside it publish what ARR forwarded and Exchange does not need";
  return [...candidate.farms.values()].map(({ name: old }) => ({
    ...(places.get(old) ?? { line: 1, column: 1 }),
    kind: "note",
    read: `the farm ${JSON.stringify(old)}`,
    result: "a farm of the block `exchange`, with the same servers and the same check",
    consequence: `time-outs, interval, \`fall\` and \`rise\` are those that suit Exchange${stay}`,
  }));
}
