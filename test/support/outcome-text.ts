import type { ForwardOutcome, RuleOutcome } from "../../src/rules/rule-outcome.ts";

/** An outcome as golden files show it: what has happened, then a line for each thing that is not as it came. */
export function outcomeText(outcome: RuleOutcome | "malformed"): string {
  if (outcome === "malformed") return "malformed";
  return (outcome.kind === "forward" ? forwardLines(outcome) : endLines(outcome)).join("\n");
}

function forwardLines({ rule, farm, target, headers, variables }: ForwardOutcome): string[] {
  return [
    "forward",
    ...line("rule", rule),
    ...line("farm", farm),
    ...line("target", target),
    ...named("header", headers),
    ...named("variable", variables),
  ];
}

function endLines(outcome: Exclude<RuleOutcome, ForwardOutcome>): string[] {
  const rule = line("rule", outcome.rule);
  if (outcome.kind === "abort") return ["abort", ...rule];
  if (outcome.kind === "redirect") return [`redirect ${outcome.status} ${outcome.location}`, ...rule];
  const body = outcome.body.replaceAll("\r", String.raw`\r`).replaceAll("\n", String.raw`\n`);
  return [`respond ${outcome.status} ${outcome.reason}`.trimEnd(), ...rule, ...line("body", body === "" ? null : body)];
}

function line(name: string, value: string | null): string[] {
  return value === null ? [] : [`${name}: ${value}`.trimEnd()];
}

function named(kind: string, values: ReadonlyMap<string, string>): string[] {
  return [...values]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) => line(`${kind} ${name}`, value));
}
