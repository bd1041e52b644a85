/** The way from the top of the document to a value: keys and list positions. */
export type Path = readonly (string | number)[];

/** Something in the configuration that must be put right (or, as a warning, looked at). */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Such as `farms.ews.health.every`; "" = the file as a whole. */
  readonly path: string;
  /** What was read, what is allowed, and the remedy. */
  readonly message: string;
}

/** One line as compilers print it, so that editors and terminals can jump to the place. */
export function problemLine(problem: Problem): string {
  const path = problem.path === "" ? "" : `${problem.path}: `;
  return `${problem.file}:${problem.line}:${problem.column}: ${path}${problem.message}`;
}
