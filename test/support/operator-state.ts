import type { OperatorState } from "../../src/control/operator-states.ts";

/** What ann has said at the fake clock's start. */
export function anOperatorState(rest: Partial<OperatorState> = {}): OperatorState {
  return { state: "drain", by: "ann", at: "2026-01-01T00:00:00.000Z", note: "", until: null, cut: false, ...rest };
}
