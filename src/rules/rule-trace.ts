import type { ActionConfig, PatternConfig } from "./rule-config.ts";

/** How one rule was tried. */
export interface RuleStep {
  readonly rule: string;
  /** What was compared: the path without its slash. */
  readonly input: string;
  readonly matched: boolean;
  /** Why not; "" = it matched. */
  readonly because: "" | "host" | "https" | "path" | "conditions";
  /** null = any path. */
  readonly path: PatternConfig | null;
  readonly captures: readonly string[];
  readonly conditions: readonly ConditionStep[];
  readonly conditionCaptures: readonly string[];
  /** Headers and variables that it has set; "" = removed. */
  readonly set: readonly (readonly [name: string, value: string])[];
  /** What it did; "" = it did not match. */
  readonly action: ActionConfig["kind"] | "";
  /** The farm that it has chosen, as it names it; null = none. */
  readonly farm: string | null;
  /** The path and query behind it. */
  readonly target: string;
  /** No rule behind it is tried. */
  readonly stops: boolean;
}

export interface ConditionStep extends PatternConfig {
  readonly input: string;
  /** What `input` stood for. */
  readonly value: string;
  readonly matched: boolean;
  readonly captures: readonly string[];
}

/** Thousands of rules may each look at a header of 100 KiB. */
const maxShown = 1024;

/** Of a text in a trace, what is shown; a copy, which does not hold on to what it was cut out of. */
export function shown(text: string): string {
  const copy = Buffer.from(text.slice(0, maxShown), "utf16le").toString("utf16le");
  return text.length > maxShown ? `${copy}…` : copy;
}
