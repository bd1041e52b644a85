import type { RouteConfig } from "./config.ts";
import type { FarmConfig, TimeoutsConfig } from "./farm-config.ts";
import { builtInDefaults } from "./defaults.ts";
import type { FarmDocument } from "./farm-schema.ts";
import type { Path } from "./problem.ts";
import type { Document } from "./read-document.ts";
import { resolveAffinity } from "./resolve-affinity.ts";
import { resolveBalance } from "./resolve-balance.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveLossPolicies } from "./resolve-failover.ts";
import { resolveHealth } from "./resolve-health.ts";
import { resolveMembers } from "./resolve-members.ts";
import { resolveMemberTls } from "./resolve-member-tls.ts";
import { isHostPattern } from "./route-host.ts";
import type { Servers } from "./resolve-servers.ts";
import { timeoutsSchema } from "./timeouts-schema.ts";
import type { TimeoutsDocument } from "./timeouts-schema.ts";

const builtInTimeouts = timeoutsSchema.required().parse(builtInDefaults.timeouts);

interface Parts {
  readonly servers: Servers;
  readonly routes: readonly RouteConfig[];
}

interface FarmParts {
  readonly servers: Servers;
  /** The hosts of the routes that lead to a farm, in their order. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
}

export function resolveFarms(document: Document, { servers, routes }: Parts, context: ResolveContext): FarmConfig[] {
  const used = new Set(routes.map(({ farm }) => farm));
  const parts = { servers, hosts: hostsByFarm(routes) };
  for (const { value } of document.routes) if (value !== null) used.add(value.farm);
  for (const name of namedByRules(document)) used.add(name);
  const farms: FarmConfig[] = [];
  for (const [name, { path, value }] of document.farms) {
    if (!used.has(name) && document.complete)
      context.findings.warning(path, "no route and no rule leads to this farm: write one, or remove the farm");
    const farm = value === null ? null : resolveFarm({ name, value, path }, document, parts, context);
    if (farm !== null) farms.push(farm);
  }
  return farms;
}

interface NamedFarm {
  readonly name: string;
  readonly value: FarmDocument;
  readonly path: Path;
}

/** Farms of rules that are switched on, of those too in which something else is wrong. */
function namedByRules({ rules, farms }: Document): string[] {
  const written = new Set(
    rules.flatMap(({ value }) =>
      value?.farm === undefined || value.enabled === false ? [] : [value.farm.toLowerCase()],
    ),
  );
  return [...farms.keys()].filter((name) => written.has(name.toLowerCase()));
}

function resolveFarm(
  named: NamedFarm,
  document: Document,
  { servers, hosts }: FarmParts,
  context: ResolveContext,
): FarmConfig | null {
  const { name, value, path } = named;
  const { defaults } = document;
  const parts = { written: value.servers, maxRequests: value.maxRequests, servers, document };
  const members = resolveMembers(parts, [...path, "servers"], context);
  const published = hosts.get(name) ?? [];
  // The first name under which the farm is published; wildcards are no names.
  const host = published.find((one) => !isHostPattern(one)) ?? "";
  const health = resolveHealth(
    { written: value.health, defaults: defaults.health ?? {}, host },
    [...path, "health"],
    context,
  );
  const tls = resolveMemberTls(value.tls ?? {}, [...path, "tls"], context);
  if (members === null) return null;
  const place = { path: [...path, "affinity"], members, hosts: published };
  const affinity = resolveAffinity(value.affinity, place, context.findings);
  const losses = resolveLossPolicies(value, document, path, context);
  return { name, members, health, tls, affinity, ...resolvePolicies(value, defaults), ...losses };
}

function resolvePolicies(value: FarmDocument, defaults: Document["defaults"]) {
  return {
    balance: resolveBalance(value.balance ?? defaults.balance ?? builtInDefaults.balance),
    timeouts: resolveTimeouts(value.timeouts ?? {}, defaults.timeouts ?? {}),
    connectionAuth: value.connectionAuth ?? builtInDefaults.connectionAuth,
  };
}

function hostsByFarm(routes: readonly RouteConfig[]): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>();
  for (const { farm, host } of routes) {
    if (host === null) continue;
    const list = hosts.get(farm);
    if (list === undefined) hosts.set(farm, [host]);
    else list.push(host);
  }
  return hosts;
}

function resolveTimeouts(own: TimeoutsDocument, shared: TimeoutsDocument): TimeoutsConfig {
  return {
    connectMs: own.connect ?? shared.connect ?? builtInTimeouts.connect,
    responseMs: own.response ?? shared.response ?? builtInTimeouts.response,
    idleMs: own.idle ?? shared.idle ?? builtInTimeouts.idle,
    keepAliveMs: own.keepAlive ?? shared.keepAlive ?? builtInTimeouts.keepAlive,
    memberKeepAliveMs: own.memberKeepAlive ?? shared.memberKeepAlive ?? builtInTimeouts.memberKeepAlive,
  };
}
