import type { RouteConfig } from "../config/config.ts";
import type { Farm } from "../farm/farm.ts";
import type { ConnectedMember } from "../net/connected-member.ts";
import { compileLimits, type Limits } from "./limits.ts";
import { RouteIndex } from "./route-index.ts";

/** Where a request goes, and what it must hold to; null = nothing. */
export interface Route {
  readonly farm: Farm<ConnectedMember>;
  readonly limits: Limits | null;
}

/**
 * The routes of a configuration. Those without limits that lead to the same farm are one: a target that may be read as
 * either is no riddle. What an earlier configuration counted for a route goes on.
 */
export function createRoutes(
  configs: readonly RouteConfig[],
  farms: ReadonlyMap<string, Farm<ConnectedMember>>,
  previous: RouteIndex<Route> | null,
): RouteIndex<Route> {
  const unlimited = new Map<string, Route>();
  return new RouteIndex(configs, (config) => {
    const farm = farms.get(config.farm);
    if (farm === undefined) throw new Error(`a route names the unknown farm ${config.farm}`);
    if (config.limits !== undefined) {
      const former = previous?.valueOf(config)?.limits?.rate?.limit ?? null;
      return { farm, limits: compileLimits(config.limits, former) };
    }
    const route = unlimited.get(config.farm) ?? { farm, limits: null };
    unlimited.set(config.farm, route);
    return route;
  });
}
