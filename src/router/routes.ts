import type { RouteConfig } from "../config/config.ts";
import { compileLimits, type Limits } from "./limits.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { RoutedFarm } from "./routed-farm.ts";
import { RouteIndex } from "./route-index.ts";

/** Where a request goes, and what it must hold to; null = nothing. */
export interface Route {
  readonly farm: RoutedFarm;
  readonly limits: Limits | null;
}

/**
 * The routes of a configuration. Those without limits that lead to the same farm are one: a target that may be read as
 * either is no riddle.
 */
export function createRoutes(
  configs: readonly RouteConfig[],
  farms: ReadonlyMap<string, RoutedFarm>,
  rates: RateLimits,
): RouteIndex<Route> {
  const unlimited = new Map<string, Route>();
  return new RouteIndex(configs, (config) => {
    const farm = farms.get(config.farm);
    if (farm === undefined) throw new Error(`a route names the unknown farm ${config.farm}`);
    if (config.limits !== undefined) {
      const { host, path, exact = false } = config;
      return { farm, limits: compileLimits(config.limits, `${host ?? "*"}${path}${exact ? " exact" : ""}`, rates) };
    }
    const route = unlimited.get(config.farm) ?? { farm, limits: null };
    unlimited.set(config.farm, route);
    return route;
  });
}
