import { didYouMean } from "./did-you-mean.ts";
import { quote } from "./quote.ts";

interface Issue {
  readonly input?: unknown;
}

/** The message for a value that is not `what`: names what was read, and what to write instead. */
export function expected(what: string, write: string): (issue: Issue) => string {
  return ({ input }) => (isAbsent(input) ? missing(write) : `${quote(input)} is not ${what}: write ${write}`);
}

/** The same for a closed set of words. */
export function expectedOneOf(words: readonly string[]): (issue: Issue) => string {
  const list = words.join(", ");
  return ({ input }) => {
    if (isAbsent(input)) return missing(`one of ${list}`);
    const hint = typeof input === "string" ? didYouMean(input, words) : "";
    return `${quote(input)} is not one of ${list}${hint}`;
  };
}

/** For secrets: never shows what was read. */
export function expectedSecret(write: string): (issue: Issue) => string {
  return ({ input }) => (isAbsent(input) ? missing(write) : `this is not a text: write ${write}`);
}

const isAbsent = (input: unknown): boolean => input === undefined || input === null;
const missing = (write: string): string => `missing: write ${write}`;
