import type { RuleConfig } from "../rules/rule-config.ts";
import type { Path } from "./problem.ts";

/** A rule that is switched on, with its place in the file. */
export interface ResolvedRule {
  readonly config: RuleConfig;
  readonly path: Path;
}
