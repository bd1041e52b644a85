import type { RouteInput } from "../route-schema.ts";
import type { ConvertedRule } from "./convert-rule.ts";
import { goesBefore, overlap } from "./scope-overlap.ts";
import { RulesByLabel } from "./rules-by-label.ts";
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
  const [kept, routed, dropped] = [new RulesByLabel(), new RulesByLabel(), new RulesByLabel()];
  // They are few, and a rule is compared with those before it.
  const going = [...converted.entries()].filter(([, one]) => mayGoOn(one));
  for (const [index, one] of [...converted.entries()].toReversed()) {
    const later = { rules: kept, routes: routed, dropped };
    if (going.some(([number, before]) => number < index && sharesHost(before, one))) kept.add(one);
    else if (one.publishes?.farm === null && !isWanted(one, later)) dropped.add(one);
    else if (isRoute(one, plainHttp) && keepsOrder(one, later)) routed.add(one);
    else kept.add(one);
  }
  return { routes: routed.inOrder.flatMap(routesOf), rules: kept.inOrder, dropped: dropped.inOrder };
}

/** The rules behind it, by what has become of them. */
interface Later {
  readonly rules: RulesByLabel;
  readonly routes: RulesByLabel;
  readonly dropped: RulesByLabel;
}

/** Would its requests find something behind it? */
function isWanted({ scope }: ConvertedRule, { rules, routes }: Later): boolean {
  return rules.hasOverlapping(scope) || routes.hasOverlapping(scope);
}

/** Do the rules behind it, which can be meant as well, find what they find now? */
function keepsOrder({ scope, source }: ConvertedRule, { rules, routes, dropped }: Later): boolean {
  if (rules.hasOverlapping(scope)) return false;
  if (!source.stop) return !routes.hasOverlapping(scope) && !dropped.hasOverlapping(scope);
  return !routes.hasOverlapping(scope, (route) => !goesBefore(scope, route.scope));
}

function isRoute({ publishes, scope }: ConvertedRule, plainHttp: boolean): boolean {
  if (publishes === null || publishes.farm === null || !scope.exact) return false;
  if (scope.https === false || (scope.https === true && plainHttp)) return false;
  return scope.path.kind === "any" || scope.path.kind === "below" || isRoot(scope.path);
}

const isRoot = (path: PathScope): boolean => path.kind === "exact" && path.path === "";

/** Does a rule leave the request to others with a farm, which no route takes away again, with another host, or to routes alone? */
function mayGoOn({ source, rule }: ConvertedRule): boolean {
  if (!source.enabled) return false;
  const changes = rule.farm !== undefined || source.variables.some(({ name }) => name === "HTTP_HOST");
  // A rule that stops without an end leaves the request to the routes, which it keeps from the rules behind it.
  const isOpen = rule.farm === undefined && !["redirect", "respond", "abort"].some((key) => key in rule);
  return source.stop ? isOpen : changes;
}

/** Whatever their paths, for the first one may change it. */
function sharesHost({ scope }: ConvertedRule, next: ConvertedRule): boolean {
  return overlap({ ...scope, path: { kind: "any" } }, { ...next.scope, path: { kind: "any" } });
}

function routesOf({ publishes, scope }: ConvertedRule): readonly RouteInput[] {
  const farm = publishes?.farm ?? "";
  // One of several conditions may be said twice.
  return [...new Set(scope.hosts)].map((host) => ({ ...(host === null ? {} : { host }), ...pathOf(scope), farm }));
}

function pathOf({ path }: RuleScope): Pick<RouteInput, "path" | "exact"> {
  if (path.kind === "any") return {};
  return isRoot(path) ? { path: "/", exact: true } : { path: `/${path.path}` };
}
