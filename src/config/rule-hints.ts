import { templateParts } from "../rules/template-parts.ts";
import { quote } from "./quote.ts";
import type { ResolvedRule } from "./resolved-rule.ts";
import type { ResolveContext } from "./resolve-context.ts";
import type { RuleDocument } from "./rule-schema.ts";

type Findings = ResolveContext["findings"];

/** Variables with the query in them. */
const withQuery: ReadonlySet<string> = new Set([
  "QUERY_STRING",
  "REQUEST_URI",
  "UNENCODED_URL",
  "HTTP_URL",
  "HTTP_X_ORIGINAL_URL",
  "CACHE_URL",
]);

/** Warns of what a rule says and hardly means. */
export function warnOfRule(value: RuleDocument, { config, path }: ResolvedRule, findings: Findings): void {
  const { action } = config;
  if (action.kind === "rewrite" || action.kind === "redirect") {
    const key = action.kind;
    if (action.url !== null && value.appendQuery === undefined)
      warnOfDoubledQuery(action.url, [...path, key], findings);
    if (action.kind === "redirect") warnOfRelative(action.url, [...path, key], findings);
  }
  if (action.kind === "none" && config.set.length === 0 && !config.stop) {
    const actions = "`farm`, `rewrite`, `redirect`, `respond` or `abort`";
    findings.warning(
      path,
      `this rule does nothing: write ${actions}, or \`stop: true\` where the routes are to decide`,
    );
  }
}

function warnOfDoubledQuery(url: string, path: ResolvedRule["path"], findings: Findings): void {
  const part = templateParts(url).find((one) => one.kind === "variable" && withQuery.has(one.name));
  if (part?.kind !== "variable") return;
  findings.warning(
    path,
    `the query would be there twice: {${part.name}} has it, and it is put behind the URL as well; write \`appendQuery: false\``,
  );
}

function warnOfRelative(url: string, path: ResolvedRule["path"], findings: Findings): void {
  if (!/^(?:\{(?:HTTP_HOST|SERVER_NAME)\}|www\.)/i.test(url)) return;
  findings.warning(
    path,
    `${quote(url)} is a path of the same site, since it has no scheme: write ${quote(`https://${url}`)} for another one`,
  );
}
