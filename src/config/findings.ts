import type { Place } from "./place.ts";
import type { Path, Problem } from "./problem.ts";
import { quote } from "./quote.ts";

/** Collects everything that is found, so that all of it can be told at once. */
export interface Findings {
  problem(path: Path, message: string, at?: "key" | "value"): void;
  warning(path: Path, message: string): void;
  /** Has no problem been found below `path`? */
  isClean(path: Path): boolean;
  /** A problem that shows only later, when the configuration is put into force; it is not collected. */
  problemAt(path: Path, message: string): Problem;
  /** For messages that refer to another place. */
  lineOf(path: Path): number;
  /** In the order of the text, each once. */
  problems(): readonly Problem[];
  warnings(): readonly Problem[];
}

export interface FindingsOptions {
  readonly file: string;
  readonly place: (path: Path, at: "key" | "value") => Place;
  /** Where a value that a preset made was written by the admin. */
  readonly origin: (path: Path) => Path;
}

export function createFindings({ file, place, origin }: FindingsOptions): Findings {
  const problems: Problem[] = [];
  /** Paths of problems, and all that is above them: thousands of problems are looked through at once. */
  const unclean = new Set<string>();
  const warnings: Problem[] = [];
  const problemAt = (path: Path, message: string, at: "key" | "value" = "value"): Problem => {
    const written = origin(path);
    return { file, ...place(written, at), path: written.map(segmentText).join("."), message };
  };
  return {
    problem(path, message, at = "value") {
      for (let length = 0; length <= path.length; length += 1) unclean.add(JSON.stringify(path.slice(0, length)));
      problems.push(problemAt(path, message, at));
    },
    isClean: (path) => !unclean.has(JSON.stringify(path)),
    warning: (path, message) => void warnings.push(problemAt(path, message)),
    problemAt: (path, message) => problemAt(path, message),
    lineOf: (path) => place(origin(path), "value").line,
    problems: () => inOrder(problems),
    warnings: () => inOrder(warnings),
  };
}

/** Keys that are no plain words are shown quoted. */
function segmentText(segment: string | number): string {
  return /^[\w-]+$/.test(String(segment)) ? String(segment) : quote(segment);
}

/** A preset makes several farms of one line, which would all repeat what is wrong with it. */
function inOrder(list: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return list
    .filter(({ line, column, message }) => {
      const key = `${line}:${column}:${message}`;
      return !seen.has(key) && seen.add(key);
    })
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
}
