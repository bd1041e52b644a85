import { problemLine } from "../config/problem.ts";
import type { Origin, ReloadOutcome } from "./configurations.ts";
import type { NewEvent } from "./event-ring.ts";

/** What became of a wish for another configuration, as an event. */
export function configurationEvent(by: Origin, outcome: ReloadOutcome): NewEvent {
  const common = { kind: "configuration", farm: null, server: null, was: null, since: null, evidence: null } as const;
  if (outcome.applied) {
    const is = by === "rollback" ? "rolled back" : "applied";
    return { ...common, is, why: outcome.changes.join("; "), by: asker(by) };
  }
  const [first, ...others] = outcome.problems;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  const why = first === undefined ? "" : `the old one serves on: ${problemLine(first)}${more}`;
  return { ...common, is: "refused", why, by: asker(by) };
}

/** What is rolled back is rolled back by a command. */
const asker = (by: Origin): string => (by === "rollback" ? "command" : by);
