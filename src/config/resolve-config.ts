import { basename, dirname, join, resolve } from "node:path";
import ipaddr from "ipaddr.js";
import { coversHost } from "./certificate-names.ts";
import type {
  AdminConfig,
  Config,
  ForwardedConfig,
  IdentityConfig,
  ListenerConfig,
  RouteConfig,
  TracingConfig,
} from "./config.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { builtInDefaults } from "./defaults.ts";
import { quote } from "./quote.ts";
import type { Document } from "./read-document.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveAcme } from "./resolve-acme.ts";
import { resolveEvents } from "./resolve-events.ts";
import { resolveFarms } from "./resolve-farms.ts";
import { pinnedHosts } from "./resolve-http2.ts";
import { resolveLimits } from "./resolve-limits.ts";
import { resolveAccessLog, resolveLog } from "./resolve-logs.ts";
import { resolveListeners } from "./resolve-listeners.ts";
import { resolveNetworks } from "./resolve-networks.ts";
import { resolveMetrics } from "./resolve-metrics.ts";
import { resolveRoutes } from "./resolve-routes.ts";
import { publishedByRules } from "./published-by-rules.ts";
import { resolveRules } from "./resolve-rules.ts";
import { isHostPattern } from "./route-host.ts";
import { resolveServers } from "./resolve-servers.ts";
import { stopSchema } from "./stop-schema.ts";
import { resolveTracing } from "./resolve-tracing.ts";
import { samePlace } from "./same-place.ts";

const builtInStop = stopSchema.required().parse(builtInDefaults.stop);

/** Checks what the parts mean together and fills every default in. Only to be used where no problem was found. */
export function resolveConfig(file: string, document: Document, context: ResolveContext): Config {
  const servers = resolveServers(document, context);
  const routes = resolveRoutes(document, context);
  const rules = resolveRules(document, context);
  const published = [...routes, ...publishedByRules(rules, document)];
  const farms = resolveFarms(document, { servers, routes: published }, context);
  const listeners = resolveListeners(document, pinnedHosts(published, farms), context);
  const acme = resolveAcme(file, document, context);
  const admin = resolveAdmin(document.admin, listeners, context);
  const tracing = resolveTracing(document.tracing, context);
  warnOfUncoveredHosts(listeners, published, context);
  return deepFreeze({
    file,
    listeners,
    servers: [...servers.values()].filter((server) => server !== null),
    farms,
    routes,
    rules,
    forwarded: resolveForwarded(document.forwarded, context),
    identity: resolveIdentity(document, tracing, context),
    acme,
    limits: resolveLimits(document.limits, context),
    admin,
    metrics: resolveMetrics(document.metrics, { listeners, admin }, context),
    tracing,
    events: resolveEvents(document.events, context),
    workers: document.workers ?? builtInDefaults.workers,
    accessLog: resolveAccessLog(document.accessLog, file, context),
    log: resolveLog(document.log, file, context),
    stop: {
      graceMs: document.stop.grace ?? builtInStop.grace,
      upgradeGraceMs: document.stop.upgradeGrace ?? builtInStop.upgradeGrace,
    },
    stateFile: resolveStateFile(file, document, context),
  });
}

/** systemd names a folder for it (systemd.exec(5), StateDirectory=): its own may not be written to. */
function resolveStateFile(file: string, { stateFile }: Document, { env }: ResolveContext): string | null {
  if (stateFile === "off") return null;
  const folder = env["STATE_DIRECTORY"]?.split(":")[0] ?? "";
  if (stateFile === null && folder !== "") return join(folder, basename(builtInDefaults.stateFile));
  return resolve(dirname(file), stateFile ?? builtInDefaults.stateFile);
}

function resolveForwarded(written: Document["forwarded"], { findings }: ResolveContext): ForwardedConfig {
  return {
    trusted: resolveNetworks(written.trusted ?? [], ["forwarded", "trusted"], findings),
    standard: written.standard ?? builtInDefaults.forwarded.standard,
  };
}

/** A router that has a span of its own is a part of the trace. */
function resolveIdentity(
  { forwarded }: Document,
  tracing: TracingConfig | null,
  { findings }: ResolveContext,
): IdentityConfig {
  if (tracing !== null && forwarded.traceparent === "pass") {
    const remedy = "leave this key out, or `tracing`";
    findings.problem(
      ["forwarded", "traceparent"],
      `with \`tracing\` members are told of this router's span: ${remedy}`,
    );
  }
  const { logId, traceparent } = builtInDefaults.forwarded;
  return {
    logId: forwarded.logId ?? logId,
    joinTrace: tracing !== null || (forwarded.traceparent ?? traceparent) === "join",
    sample: tracing?.sample ?? 0,
  };
}

function resolveAdmin(
  written: Document["admin"],
  listeners: readonly ListenerConfig[],
  { findings }: ResolveContext,
): AdminConfig | null {
  if (written === "off") return null;
  const asked = written.address ?? builtInDefaults.admin.address;
  const address = asked === "localhost" ? builtInDefaults.admin.address : asked.replace(/^\[(.*)\]$/, "$1");
  if (!isLoopback(address)) {
    const reason = "the admin API has no log-in yet, so it may only listen on this machine";
    findings.problem(
      ["admin", "address"],
      `${quote(asked)} is not a loopback address; ${reason}: write 127.0.0.1 or ::1`,
    );
  }
  const admin = { address, port: written.port ?? builtInDefaults.admin.port };
  if (listeners.some((listener) => samePlace(listener, admin))) {
    findings.problem(["admin", "port"], `port ${admin.port} is taken by a listener: change the port of one of them`);
  }
  return admin;
}

function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === "loopback";
}

function warnOfUncoveredHosts(
  listeners: readonly ListenerConfig[],
  routes: readonly RouteConfig[],
  { findings }: ResolveContext,
): void {
  const names = listeners.flatMap(({ tls }) => tls?.certificates.flatMap((certificate) => certificate.names) ?? []);
  if (names.length === 0) return;
  const hosts = new Set(
    routes.flatMap(({ host }) => (host === null || isHostPattern(host) || coversHost(names, host) ? [] : [host])),
  );
  if (hosts.size > 0) {
    findings.warning(
      ["listen"],
      `no certificate is valid for ${[...hosts].join(", ")}: clients that use https will be warned or refuse`,
    );
  }
}
