import { Buffer } from "node:buffer";
import * as fc from "fast-check";
import { parseResponseHead, ResponseHead } from "../../http/response-head.ts";
import type { BodyRule, FindMatch, LongestMatch } from "./body-rule.ts";
import { type BodyRewriter, createBodyRewriter } from "./body-rewriter.ts";

/** By a regular expression of JavaScript's. */
export function finds(pattern: string, flags = "gi"): FindMatch {
  const regex = new RegExp(pattern, flags);
  return (text, from) => {
    regex.lastIndex = from;
    const match = regex.exec(text);
    return match === null ? null : { index: match.index, captures: match.map((group) => group ?? "") };
  };
}

/** A rule that puts the value in, where "$n" stands for a group. */
export function aRule(pattern: string, value: string, changes: Partial<BodyRule> = {}): BodyRule {
  return {
    name: pattern,
    attributes: null,
    find: finds(pattern),
    longest: "any",
    occurrences: 0,
    replace: (captures) => value.replaceAll(/\$(\d)/g, (_, digit: string) => captures[Number(digit)] ?? ""),
    ...changes,
  };
}

/** The same for the values of attributes, each as "tag attribute". */
export function aTagRule(names: readonly string[], pattern: string, value: string, occurrences = 0): BodyRule {
  const attributes = names.map((name) => {
    const [tag = "", attribute = ""] = name.split(" ");
    return { tag, attribute };
  });
  return aRule(pattern, value, { attributes, occurrences });
}

export function limited(pattern: string, value: string, longest: LongestMatch): BodyRule {
  return aRule(pattern, value, { longest });
}

export function aHead(lines: readonly string[], status = 200): ResponseHead {
  const head = new ResponseHead();
  const text = [`HTTP/1.1 ${status} OK`, ...lines, "", ""].join("\r\n");
  const problem = parseResponseHead(text, head, "GET");
  if (problem !== null) throw new Error(problem);
  return head;
}

export interface Told {
  readonly problem: string;
  readonly detail: string;
}

export function rewriterFor(
  rules: readonly BodyRule[],
  contentType = "text/html; charset=utf-8",
  told: Told[] = [],
): BodyRewriter {
  const head = aHead([`Content-Type: ${contentType}`]);
  const rewriter = createBodyRewriter(head, rules, (problem, detail) => told.push({ problem, detail }));
  if (rewriter === null) throw new Error("no rule applies");
  return rewriter;
}

/** The body as it comes out where it goes in in pieces of these lengths; what is left is the last piece. */
export function rewriteInPieces(rewriter: BodyRewriter, body: Buffer, lengths: readonly number[] = []): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const length of [...lengths, body.length]) {
    // As on a connection: the memory is used again as soon as the call is over.
    const piece = Buffer.from(body.subarray(at, at + length));
    const written = rewriter.write(piece);
    parts.push(Buffer.from(written));
    piece.fill(0);
    at = Math.min(body.length, at + length);
  }
  parts.push(rewriter.end());
  return Buffer.concat(parts);
}

export function rewriteText(rules: readonly BodyRule[], text: string, contentType?: string): string {
  return rewriteInPieces(rewriterFor(rules, contentType), Buffer.from(text)).toString();
}

/** How a body is cut. */
export const pieceLengths = fc.array(fc.nat({ max: 9 }), { maxLength: 40 });
