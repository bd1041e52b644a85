import type { FarmInput } from "../config/farm-schema.ts";
import type { Expansion, Remark } from "../config/preset.ts";
import type { Path } from "../config/problem.ts";
import type { RouteInput } from "../config/route-schema.ts";
import type { ProtocolName } from "./protocol.ts";

/** An expansion while it is being written. */
export interface ExpansionDraft {
  /** `written` = places in the block of the farm's parts. */
  farm(name: string, farm: FarmInput, written: { readonly servers: Path; readonly tls: Path }): void;
  /** `written` = the place in the block of its host. A route that stands there already is left out. */
  route(route: RouteInput, written: Path, protocol: ProtocolName): void;
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
    route(route, written, protocol) {
      const twin = routes.some(
        (other) => other.farm === route.farm && other.host === route.host && other.path === route.path,
      );
      if (twin) return;
      const place = ["routes", routes.length];
      origins.push(
        [place, written],
        [
          [...place, "allow"],
          ["allow", protocol],
        ],
      );
      routes.push(route);
    },
    problem: (path, message) => void problems.push({ path, message }),
    warning: (path, message) => void warnings.push({ path, message }),
    finish: () => ({ farms, routes, origins, problems, warnings }),
  };
}
