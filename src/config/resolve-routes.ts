import type { RouteConfig } from "./config.ts";
import { createFarmNames } from "./farm-names.ts";
import type { Path } from "./problem.ts";
import type { Document } from "./read-document.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveRouteLimits } from "./resolve-limits.ts";
import { parseRouteHost } from "./route-host.ts";
import { parseRoutePath } from "./route-path.ts";
import type { RouteDocument } from "./route-schema.ts";

export function resolveRoutes(document: Document, context: ResolveContext): RouteConfig[] {
  const { findings } = context;
  if (document.routes.length === 0 && document.rules.length === 0 && document.complete) {
    findings.problem(
      ["routes"],
      "nothing is published: write at least one route, such as - { host: mail.example.com, path: /owa, farm: owa }",
    );
  }
  const routes: RouteConfig[] = [];
  const seen = new Map<string, Path>();
  const names = createFarmNames(document);
  for (const { path, value } of document.routes) {
    if (value === null) continue;
    const isWhole = findings.isClean(path);
    if (!document.farms.has(value.farm) && document.complete) {
      findings.problem([...path, "farm"], names.unknown(value.farm));
    }
    const route = resolveRoute(value, path, context);
    if (route === null || !isWhole) continue;
    const key = JSON.stringify([route.host, route.path, route.exact]);
    const twin = seen.get(key);
    if (twin === undefined) seen.set(key, path);
    else {
      const message = `${routeName(route)} is published in line ${findings.lineOf(twin)} already: remove one of the two routes, host and path are the same but for case`;
      findings.problem(path, message);
    }
    routes.push(route);
  }
  return routes;
}

function resolveRoute(value: RouteDocument, path: Path, context: ResolveContext): RouteConfig | null {
  const { findings } = context;
  const host = value.host === undefined ? null : parseRouteHost(value.host);
  const routePath = parseRoutePath(value.path ?? "/");
  if (host?.ok === false) findings.problem([...path, "host"], host.fault);
  if (!routePath.ok) findings.problem([...path, "path"], routePath.fault);
  if (host?.ok === false || !routePath.ok) return null;
  return {
    host: host?.host ?? null,
    path: routePath.path,
    ...(value.exact === true ? { exact: true } : {}),
    farm: value.farm,
    ...resolveRouteLimits(value, path, context),
  };
}

/** How a person would say it: `mail.example.com/owa`. */
function routeName(route: RouteConfig): string {
  return `${route.host ?? "*"}${route.path}${route.exact === true ? " (exactly)" : ""}`;
}
