import { literalHost } from "../rules/pattern-shape.ts";
import type { RuleConfig, RulesConfig } from "../rules/rule-config.ts";
import type { RouteConfig } from "./config.ts";
import type { Document } from "./read-document.ts";

/**
 * The hosts under which rules publish farms, as routes would have them: for what depends on a farm's names. A farm that is
 * named only when a request comes may be any.
 */
export function publishedByRules({ inbound }: RulesConfig, { farms }: Document): RouteConfig[] {
  // From there on the Host that rules compare need not be the one that the client has sent.
  const changed = inbound.findIndex(({ set }) => set.some(({ name }) => name === "HTTP_HOST"));
  const hostsOfAny = new Set<string | null>();
  return inbound.flatMap((rule, index) => {
    const { action } = rule;
    if (action.kind !== "rewrite" || action.farm === null) return [];
    const host = changed !== -1 && index > changed ? null : hostOf(rule);
    if (!action.farm.includes("{")) return [{ host, path: "/", farm: action.farm }];
    // Once for each host: thousands of such rules times all farms would be millions.
    if (hostsOfAny.has(host)) return [];
    hostsOfAny.add(host);
    return [...farms.keys()].map((farm) => ({ host, path: "/", farm }));
  });
}

const isHost = /^\{(?:HTTP[_-]HOST|SERVER[_-]NAME)\}$/i;

function hostOf({ host, conditions, grouping, syntax }: RuleConfig): string | null {
  if (host !== null) return host;
  if (grouping === "any" && conditions.length > 1) return null;
  for (const { input, pattern, negate } of conditions) {
    const literal = negate || !isHost.test(input) ? null : literalHost(pattern, syntax);
    if (literal !== null && literal.form !== "prefix" && /^[\w.-]+$/.test(literal.host))
      return literal.host.toLowerCase();
  }
  return null;
}
