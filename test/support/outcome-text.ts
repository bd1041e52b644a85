import type { RuleOutcome } from "../../src/rules/rule-outcome.ts";

/** An outcome as golden files show it: what has happened, then a line for each thing that is not as it came. */
export function outcomeText(outcome: RuleOutcome | "malformed"): string {
  if (outcome === "malformed") return "malformed";
  switch (outcome.kind) {
    case "forward":
      return [
        "forward",
        ...line("rule", outcome.rule),
        ...line("farm", outcome.farm),
        ...line("target", outcome.target),
        ...named("header", outcome.headers),
        ...named("variable", outcome.variables),
      ].join("\n");
    case "redirect":
      return `redirect ${outcome.status} ${outcome.location}\nrule: ${outcome.rule}`;
    case "respond": {
      const body =
        outcome.body === "" ? null : outcome.body.replaceAll("\r", String.raw`\r`).replaceAll("\n", String.raw`\n`);
      return [
        `respond ${outcome.status} ${outcome.reason}`.trimEnd(),
        `rule: ${outcome.rule}`,
        ...line("body", body),
      ].join("\n");
    }
    case "abort":
      return `abort\nrule: ${outcome.rule}`;
  }
}

function line(name: string, value: string | null): string[] {
  return value === null ? [] : [`${name}: ${value}`.trimEnd()];
}

function named(kind: string, values: ReadonlyMap<string, string>): string[] {
  return [...values]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) => line(`${kind} ${name}`, value));
}
