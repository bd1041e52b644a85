import type { RouteInput } from "../route-schema.ts";
import type { ConvertedRule } from "./convert-rule.ts";
import { goesBefore, overlap } from "./scope-overlap.ts";
import type { PathScope, RuleScope } from "./rule-scope.ts";

export interface ChosenRoutes {
  readonly routes: readonly RouteInput[];
  /** What stays a rule, in order. */
  readonly rules: readonly ConvertedRule[];
  /** Rules that only say that there is nothing, which the router does where no route fits. */
  readonly dropped: readonly ConvertedRule[];
}

/**
 * Rules that do no more than publish become routes. Rules are tried before routes: what stands before a rule that stays
 * must stay, too, where both can be meant, and among routes the order is the router's own.
 */
export function chooseRoutes(converted: readonly ConvertedRule[], plainHttp: boolean): ChosenRoutes {
  const kept: ConvertedRule[] = [];
  const routed: ConvertedRule[] = [];
  const dropped: ConvertedRule[] = [];
  for (const [index, one] of [...converted.entries()].toReversed()) {
    const among = (rules: readonly ConvertedRule[]): readonly ConvertedRule[] =>
      rules.filter(({ source, scope }) => source.enabled && overlap(one.scope, scope));
    const later = { rules: among(kept), routes: among(routed), dropped: among(dropped) };
    if (converted.slice(0, index).some((before) => goesOn(before, one))) kept.unshift(one);
    else if (one.publishes?.farm === null && later.rules.length === 0 && later.routes.length === 0)
      dropped.unshift(one);
    else if (isRoute(one, plainHttp) && keepsOrder(one, later)) routed.unshift(one);
    else kept.unshift(one);
  }
  return { routes: routed.flatMap(routesOf), rules: kept, dropped };
}

interface Later {
  readonly rules: readonly ConvertedRule[];
  readonly routes: readonly ConvertedRule[];
  readonly dropped: readonly ConvertedRule[];
}

/** Do the rules behind it, which can be meant as well, find what they find now? */
function keepsOrder(one: ConvertedRule, { rules, routes, dropped }: Later): boolean {
  if (rules.length > 0) return false;
  if (!one.source.stop) return routes.length === 0 && dropped.length === 0;
  return routes.every((route) => goesBefore(one.scope, route.scope));
}

function isRoute({ publishes, scope }: ConvertedRule, plainHttp: boolean): boolean {
  if (publishes === null || publishes.farm === null || !scope.exact) return false;
  if (scope.https === false || (scope.https === true && plainHttp)) return false;
  return scope.path.kind === "any" || scope.path.kind === "below" || isRoot(scope.path);
}

const isRoot = (path: PathScope): boolean => path.kind === "exact" && path.path === "";

/** Does a rule leave the request to others with a farm, which no route takes away again, with another host, or to routes alone? */
function goesOn({ source, rule, scope }: ConvertedRule, next: ConvertedRule): boolean {
  if (!source.enabled) return false;
  const changes = rule.farm !== undefined || source.variables.some(({ name }) => name === "HTTP_HOST");
  // A rule that stops without an end leaves the request to the routes, which it keeps from the rules behind it.
  const isOpen = rule.farm === undefined && !["redirect", "respond", "abort"].some((key) => key in rule);
  return (
    (source.stop ? isOpen : changes) &&
    overlap({ ...scope, path: { kind: "any" } }, { ...next.scope, path: { kind: "any" } })
  );
}

function routesOf({ publishes, scope }: ConvertedRule): readonly RouteInput[] {
  const farm = publishes?.farm ?? "";
  return scope.hosts.map((host) => ({ ...(host === null ? {} : { host }), ...pathOf(scope), farm }));
}

function pathOf({ path }: RuleScope): Pick<RouteInput, "path" | "exact"> {
  if (path.kind === "any") return {};
  return isRoot(path) ? { path: "/", exact: true } : { path: `/${path.path}` };
}
