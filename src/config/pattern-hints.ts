import { literalPrefix } from "../rules/literal-prefix.ts";
import { parseEcmascript } from "../rules/parse-ecmascript.ts";
import { scanPattern } from "../rules/pattern-scan.ts";
import { compilePattern } from "../rules/pattern.ts";
import type { ConditionConfig, PatternConfig, PatternSyntax } from "../rules/rule-config.ts";
import { templateParts } from "../rules/template-parts.ts";
import { quote } from "./quote.ts";

/** What is hardly meant in a pattern for the path; null = nothing. */
export function pathHint({ pattern }: PatternConfig, syntax: PatternSyntax): string | null {
  const written = quote(pattern);
  if (beginning(pattern, syntax).startsWith("/")) {
    return `${written} matches no path: they are compared without the "/" at their beginning, leave it out`;
  }
  if (namesScheme(pattern)) return `${written} matches no path: the host is not a part of it, write it in \`host\``;
  if (namesQuery(pattern, syntax)) {
    return `${written} matches no path: the query is not a part of it, write a condition on {QUERY_STRING}`;
  }
  if (/%[0-9a-f]{2}/i.test(pattern)) {
    return `${written} matches no path: they are compared decoded, write the character itself in the place of its escape`;
  }
  return syntaxHint(pattern, syntax);
}

/** The same for the pattern of a condition. `isSet`: does a rule set the variable? */
export function conditionHint(
  { input, pattern, ignoreCase }: ConditionConfig,
  syntax: PatternSyntax,
  isSet: (variable: string) => boolean,
): string | null {
  const [only, second] = templateParts(input);
  if (only?.kind === "variable" && second === undefined && !isSet(only.name)) {
    const hint = variableHint(only.name, { pattern, ignoreCase }, syntax);
    if (hint !== null) return hint;
  }
  return syntaxHint(pattern, syntax);
}

const paths: ReadonlySet<string> = new Set([
  "URL",
  "PATH_INFO",
  "SCRIPT_NAME",
  "REQUEST_URI",
  "UNENCODED_URL",
  "HTTP_URL",
]);

const switches: ReadonlyMap<string, readonly [string, string]> = new Map([
  ["HTTPS", ["on", "off"]],
  ["SERVER_PORT_SECURE", ["1", "0"]],
]);

function variableHint(
  name: string,
  { pattern, ignoreCase }: Pick<PatternConfig, "pattern" | "ignoreCase">,
  syntax: PatternSyntax,
): string | null {
  const written = `${quote(pattern)} never matches {${name}}`;
  const start = beginning(pattern, syntax);
  if (paths.has(name)) {
    return start === "" || start.startsWith("/")
      ? null
      : `${written}, which begins with "/": write it into the pattern`;
  }
  if (name === "QUERY_STRING") {
    return start.startsWith("?") ? `${written}, which has no "?" at its beginning: leave it out` : null;
  }
  if (name === "HTTP_HOST" || name === "SERVER_NAME") return hostHint(pattern, start, written);
  const values = switches.get(name);
  if (values === undefined) return null;
  const compiled = compilePattern(pattern, syntax, ignoreCase);
  const isMet = !compiled.ok || values.some((value) => compiled.pattern.match(value) !== null);
  return isMet ? null : `${written}, which is ${values.join(" or ")}`;
}

function hostHint(pattern: string, start: string, written: string): string | null {
  if (namesScheme(pattern) || start.includes("/")) {
    return `${written}, which is a name, and a port if one was sent: leave out all else`;
  }
  if (/:(?:80|443)\$?$/.test(pattern)) {
    return `${written} of most clients, which leave the usual port out: write (:\\d+)?$ in its place, or compare {SERVER_NAME}`;
  }
  return null;
}

/** "https://…", "https?://…" and what else people write. */
function namesScheme(pattern: string): boolean {
  return /^\^?\(?https?(?:\?|\(s\)\?)?\)?:/i.test(pattern);
}

function namesQuery(pattern: string, syntax: PatternSyntax): boolean {
  if (syntax === "exact") return pattern.includes("?");
  if (syntax === "wildcard") return /\?[\w-]+=/.test(pattern);
  return [...scanPattern(pattern)].some(
    ({ text, start }) => text === "\\?" && !/[?*]/.test(pattern.charAt(start + text.length)),
  );
}

/** What every text that matches begins with; "" = not known. */
function beginning(pattern: string, syntax: PatternSyntax): string {
  if (syntax === "exact") return pattern;
  if (syntax === "wildcard") return /^[^*?]*/.exec(pattern)?.[0] ?? "";
  const parsed = parseEcmascript(pattern);
  return parsed.ok ? (literalPrefix(parsed.tree)?.text ?? "") : "";
}

/** A regular expression in a rule of another syntax. */
function syntaxHint(pattern: string, syntax: PatternSyntax): string | null {
  if (syntax === "ecmascript" || !/^\^|\\[./]|\(\.[*+]\)/.test(pattern)) return null;
  const instead = syntax === "wildcard" ? "where only * and ? stand for something" : "where it stands for itself";
  return `${quote(pattern)} looks like a regular expression in a rule with \`syntax: ${syntax}\`, ${instead}: write \`syntax: ecmascript\`, or another pattern`;
}

/** What else is to be said of a pattern that is no regular expression; "" = nothing. */
export function wildcardHint(pattern: string, syntax: PatternSyntax): string {
  const isMeant = syntax === "ecmascript" && /^[*?]/.test(pattern);
  return isMeant ? "; where * stands for any text, write `syntax: wildcard` in this rule" : "";
}
