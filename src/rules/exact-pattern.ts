import { foldCase } from "./case-fold.ts";
import type { Pattern } from "./matcher.ts";

export function compileExact(source: string, ignoreCase: boolean): Pattern {
  const wanted = ignoreCase ? foldCase(source) : source;
  const isWanted = (input: string): boolean =>
    input.length === wanted.length && (ignoreCase ? foldCase(input) : input) === wanted;
  return { match: (input) => (isWanted(input) ? [input] : null), groups: 0, engine: "direct" };
}
