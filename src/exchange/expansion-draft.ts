import type { FarmInput } from "../config/farm-schema.ts";
import type { Expansion, Remark } from "../config/preset.ts";
import type { Path } from "../config/problem.ts";
import type { RouteInput } from "../config/route-schema.ts";

/** An expansion while it is being written. */
export interface ExpansionDraft {
  /** `written` = places in the block of the farm's parts. */
  farm(name: string, farm: FarmInput, written: { readonly servers: Path; readonly tls: Path }): void;
  /** `written` = the place in the block of its host. A route that stands there already is left out. */
  route(route: RouteInput, written: Path): void;
  problem(path: Path, message: string): void;
  warning(path: Path, message: string): void;
  finish(): Expansion;
}

export function createExpansionDraft(): ExpansionDraft {
  const farms: Record<string, FarmInput> = {};
  const routes: RouteInput[] = [];
  const origins: [Path, Path][] = [];
  const problems: Remark[] = [];
  const warnings: Remark[] = [];
  return {
    farm(name, farm, written) {
      farms[name] = farm;
      origins.push([["farms", name, "servers"], written.servers], [["farms", name, "tls"], written.tls]);
    },
    route(route, written) {
      const twin = routes.some(
        (other) => other.farm === route.farm && other.host === route.host && other.path === route.path,
      );
      if (twin) return;
      origins.push([["routes", routes.length], written]);
      routes.push(route);
    },
    problem: (path, message) => void problems.push({ path, message }),
    warning: (path, message) => void warnings.push({ path, message }),
    finish: () => ({ farms, routes, origins, problems, warnings }),
  };
}
