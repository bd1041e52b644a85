import type { LimitsConfig, RateConfig, RequestLimitsConfig, RouteConfig } from "./config.ts";
import type { LimitsDocument, RequestLimitsDocument } from "./limits-schema.ts";
import type { Path } from "./problem.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveNetworks } from "./resolve-networks.ts";
import type { RouteDocument } from "./route-schema.ts";

export function resolveLimits(limits: LimitsDocument, context: ResolveContext): LimitsConfig {
  return {
    connections: limits.connections ?? null,
    connectionsPerClient: limits.connectionsPerClient ?? null,
    requests: resolveRequestLimits(limits, ["limits"], context),
  };
}

/** null = nothing is limited. */
function resolveRequestLimits(
  { allow, deny, rate }: RequestLimitsDocument,
  path: Path,
  { findings }: ResolveContext,
): RequestLimitsConfig | null {
  if (allow === undefined && deny === undefined && rate === undefined) return null;
  return {
    allow: allow === undefined ? null : resolveNetworks(allow, [...path, "allow"], findings),
    deny: resolveNetworks(deny ?? [], [...path, "deny"], findings),
    rate: rate === undefined ? null : resolveRate(rate),
  };
}

/** A route's `limits`, where it has some. */
export function resolveRouteLimits(
  value: RouteDocument,
  path: Path,
  context: ResolveContext,
): Pick<RouteConfig, "limits"> {
  const limits = resolveRequestLimits(value, path, context);
  const maxBodyBytes = value.maxBody ?? 0;
  if (limits === null && maxBodyBytes === 0) return {};
  return { limits: { ...(limits ?? { allow: null, deny: [], rate: null }), maxBodyBytes } };
}

function resolveRate({ requests: { requests, perMs }, burst }: NonNullable<RequestLimitsDocument["rate"]>): RateConfig {
  return { requests, perMs, burst: burst ?? requests };
}
