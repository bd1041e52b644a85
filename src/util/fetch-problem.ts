/** Why `fetch` got no answer, in words: it hides what happened in the error's cause. */
export function fetchProblem(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return "code" in cause && cause.code === "ECONNREFUSED" ? "connection refused" : cause.message;
}
