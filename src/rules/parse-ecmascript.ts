import { RegExpParser, RegExpSyntaxError, type AST } from "@eslint-community/regexpp";
import { scanPattern } from "./pattern-scan.ts";

const parser = new RegExpParser({ ecmaVersion: 2024 });
/** How deep groups may be nested: all that goes through a pattern does so by recursion. */
const maxDepth = 200;
const maxLength = 16_384;

export type ParsedPattern =
  | { readonly ok: true; readonly tree: AST.Pattern }
  | { readonly ok: false; readonly fault: string };

/** The tree of a pattern as JavaScript reads it without the flag "u". */
export function parseEcmascript(source: string): ParsedPattern {
  if (source.length > maxLength) return { ok: false, fault: `the pattern is longer than ${maxLength} characters` };
  if (deepest(source) > maxDepth) return { ok: false, fault: `groups are nested more than ${maxDepth} deep` };
  try {
    return { ok: true, tree: parser.parsePattern(source, 0, source.length, { unicode: false }) };
  } catch (error) {
    if (!(error instanceof RegExpSyntaxError)) throw error;
    return { ok: false, fault: `${reason(error.message)} at character ${error.index + 1}` };
  }
}

/** The pattern itself is left out of what the parser says: whoever reports it quotes it anyway. */
function reason(message: string): string {
  return message.slice(message.lastIndexOf(": ") + 2).replace(/^[A-Z]/, (letter) => letter.toLowerCase());
}

function deepest(source: string): number {
  let depth = 0;
  let most = 0;
  for (const { text } of scanPattern(source)) {
    if (text === "(") most = Math.max(most, (depth += 1));
    else if (text === ")") depth -= 1;
  }
  return most;
}
