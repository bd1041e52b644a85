import { foldCase } from "./case-fold.ts";
import type { Found, Pattern } from "./matcher.ts";

export function compileExact(source: string, ignoreCase: boolean): Pattern {
  const wanted = ignoreCase ? foldCase(source) : source;
  const isWanted = (input: string): boolean =>
    input.length === wanted.length && (ignoreCase ? foldCase(input) : input) === wanted;
  const find = (input: string, from: number): Found | null => {
    const index = (ignoreCase ? foldCase(input) : input).indexOf(wanted, from);
    return index === -1 ? null : { index, captures: [input.slice(index, index + wanted.length)] };
  };
  return { match: (input) => (isWanted(input) ? [input] : null), find, groups: 0, engine: "direct", cost: 0 };
}
