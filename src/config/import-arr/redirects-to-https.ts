import type { ConvertedRule } from "./convert-rule.ts";
import { matchesEverything } from "./rewrite-target.ts";

/** The rule that sends all plain HTTP to HTTPS, where nothing else is for plain HTTP; null = there is none. */
export function redirectsToHttps(rules: readonly ConvertedRule[]): ConvertedRule | null {
  const forPlain = rules.filter(
    ({ source, scope, publishes }) => source.enabled && scope.https !== true && publishes?.farm !== null,
  );
  const [only] = forPlain;
  if (only === undefined || forPlain.length > 1) return null;
  const { source, scope } = only;
  const isWhole = scope.exact && scope.https === false && scope.hosts[0] === null && matchesEverything(source);
  return isWhole && source.action.type === "Redirect" && keepsAll(source.action) ? only : null;
}

function keepsAll({ url, appendQuery }: { readonly url: string; readonly appendQuery: boolean }): boolean {
  const path = /^https:\/\/\{(?:HTTP_HOST|SERVER_NAME)\}(.*)$/i.exec(url)?.[1]?.toUpperCase();
  return appendQuery ? path === "/{R:0}" || path === "/{R:1}" || path === "{URL}" : path === "{REQUEST_URI}";
}
