import type { BodyRewriter } from "./body-rewriter.ts";

/** What outbound rules make of one response. */
export interface ResponseChanges {
  /** null = as it is. Counts only from and to a status that has a body. */
  readonly status: number | null;
  /** Lower-case name and the values that take the place of all lines of that name; none = they are removed. */
  readonly headers: readonly (readonly [name: string, values: readonly string[]])[];
  /** null = the body is passed on as it is. */
  readonly body: BodyRewriter | null;
}
