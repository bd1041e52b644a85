import { compileRules, type InboundRules } from "../rules/compile-rules.ts";
import { literalHost } from "../rules/pattern-shape.ts";
import type { RuleConfig, RulesConfig } from "../rules/rule-config.ts";
import type { RuleRequest } from "../rules/rule-request.ts";
import { allParts, templateParts } from "../rules/template-parts.ts";
import type { ResolvedRule } from "./resolved-rule.ts";
import type { ResolveContext } from "./resolve-context.ts";

/** A plain GET. */
interface Visit {
  readonly https: boolean;
  readonly host: string;
  readonly target: string;
}

interface Site {
  readonly maps: RulesConfig["maps"];
  /** Is there a listener with TLS? */
  readonly tls: boolean;
}

/** Warns of redirects that lead round in circles: the rules are tried with what they lead to. They must be right. */
export function warnOfLoops(
  rules: readonly ResolvedRule[],
  { maps, tls }: Site,
  { findings }: Pick<ResolveContext, "findings">,
): void {
  const inbound = rules.map(({ config }) => config);
  if (!inbound.some(({ action }) => action.kind === "redirect")) return;
  const compiled = compileRules({ inbound, outbound: [], maps });
  if (compiled === null) return;
  for (const { config, path } of rules) {
    const start = startOf(config, tls);
    const loop = start === null ? null : loopFrom(start, compiled, tls);
    if (loop === null || loop.rule !== config.name) continue;
    findings.warning(
      [...path, "redirect"],
      `who asks for ${loop.url} is sent to it again, without end: say by \`https\`, \`path\` or conditions what the rule is for, or let one before it stop there`,
    );
  }
}

/** null = it is no redirect, or depends on what is not known. */
function startOf(rule: RuleConfig, tls: boolean): Visit | null {
  if (rule.action.kind !== "redirect" || readsHeaders(rule)) return null;
  const host = hostOf(rule);
  const https = rule.https ?? tls;
  const { url } = rule.action;
  const target = url.includes("{") ? "/" : (follow({ https, host, target: "/" }, url, tls)?.target ?? null);
  return target === null ? null : { https, host, target };
}

/** Another proxy may say in a header that the client came by TLS, and a cookie may come with the answer. */
function readsHeaders({ conditions }: RuleConfig): boolean {
  return conditions.some(({ input }) =>
    [...allParts(templateParts(input))].some(
      (part) => part.kind === "variable" && part.name.startsWith("HTTP_") && part.name !== "HTTP_HOST",
    ),
  );
}

/** A host that the rule is for. */
function hostOf({ host, conditions, syntax }: RuleConfig): string {
  if (host !== null) return host.replace(/^\*/, "www").replace(/\*$/, "test");
  for (const { input, pattern, negate } of conditions) {
    const literal = negate || !/^\{(?:HTTP_HOST|SERVER_NAME)\}$/i.test(input) ? null : literalHost(pattern, syntax);
    if (literal !== null) return literal.form === "prefix" ? `${literal.host}test` : literal.host;
  }
  return "www.example.test";
}

const maxSteps = 8;

/** The rule that leads to where the client has been before; null = the way ends, or leaves what is known. */
function loopFrom(start: Visit, rules: InboundRules, tls: boolean): { rule: string; url: string } | null {
  const seen = new Set<string>();
  let visit: Visit | null = start;
  let rule = "";
  while (visit !== null && seen.size < maxSteps) {
    const url = `${visit.https ? "https" : "http"}://${visit.host}${visit.target}`;
    if (seen.has(url)) return { rule, url };
    seen.add(url);
    const outcome = rules.apply(requestOf(visit), null);
    if (outcome === "malformed" || outcome.kind !== "redirect") return null;
    ({ rule } = outcome);
    visit = follow(visit, outcome.location, tls);
  }
  return null;
}

/** null = it leads elsewhere. */
function follow({ https, host, target }: Visit, location: string, tls: boolean): Visit | null {
  const base = `${https ? "https" : "http"}://${host}${target}`;
  if (!URL.canParse(location, base)) return null;
  const url = new URL(location, base);
  const isHere =
    url.hostname === host && url.port === "" && (url.protocol === "http:" || (tls && url.protocol === "https:"));
  return isHere ? { https: url.protocol === "https:", host, target: url.pathname + url.search } : null;
}

function requestOf({ https, host, target }: Visit): RuleRequest {
  const line = `GET ${target} HTTP/1.1\r\n`;
  return {
    method: "GET",
    target,
    host,
    https,
    version: "1.1",
    head: `${line}Host: ${host}\r\n\r\n`,
    fieldsStart: line.length,
    clientAddress: "192.0.2.1",
    clientPort: 50_000,
    localAddress: "192.0.2.2",
    localPort: https ? 443 : 80,
  };
}
