import { isDecoded, type Piece } from "./reference-url.ts";
import type { ConditionsConfig, PatternConfig, PatternSyntax } from "../../src/rules/rule-config.ts";

/** null = it does not hold; [] = it holds and captures nothing. */
export function matchPattern(
  { pattern, ignoreCase, negate }: PatternConfig,
  syntax: PatternSyntax,
  input: string,
): string[] | null {
  // "s": "." and "*" are any character, also a line feed that came as %0A.
  const found = new RegExp(sourceOf(pattern, syntax), ignoreCase ? "is" : "s").exec(input);
  if (negate) return found === null ? [] : null;
  return found === null ? null : Array.from(found, (group: string | undefined) => group ?? "");
}

function sourceOf(pattern: string, syntax: PatternSyntax): string {
  if (syntax === "ecmascript") return pattern;
  const isWildcard = syntax === "wildcard";
  const characters = Array.from(pattern, (character) => {
    if (isWildcard && character === "*") return "(.*)";
    if (isWildcard && character === "?") return ".";
    return character.replace(/[$()*+.?[\\\]^{|}]/, String.raw`\$&`);
  });
  return `^${characters.join("")}$`;
}

export interface Judgement {
  readonly holds: boolean;
  /** What {C:n} is from now on. */
  readonly c: readonly string[];
  /** They are of a decoded path. */
  readonly decoded: boolean;
}

/** `inputOf`: a condition's input, expanded with the captures so far. */
export function judgeConditions(
  { conditions, grouping, captures }: ConditionsConfig,
  syntax: PatternSyntax,
  inputOf: (template: string, before: Omit<Judgement, "holds">) => readonly Piece[],
): Judgement {
  let c: string[] = [];
  let decoded = false;
  for (const condition of conditions) {
    const pieces = inputOf(condition.input, { c, decoded });
    const match = matchPattern(condition, syntax, pieces.map(({ text }) => text).join(""));
    if (match !== null && !condition.negate) {
      decoded = pieces.some(isDecoded) || (captures === "all" && decoded);
      c = captures === "last" || c.length === 0 ? match : [...c, ...match.slice(1)];
    }
    if (grouping === "all" && match === null) return { holds: false, c, decoded };
    if (grouping === "any" && match !== null) return { holds: true, c, decoded };
  }
  return { holds: grouping === "all" || conditions.length === 0, c, decoded };
}
