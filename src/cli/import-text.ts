import type { FindingKind, ImportFinding } from "../config/import-arr/import-finding.ts";
import { plainText, type Paint } from "./terminal.ts";

const titles: Readonly<Record<FindingKind, string>> = { changed: "changed", "left-out": "left out", note: "note" };
const most = 20;

/** A line for each thing that an import has to say; the same of several places is said once. */
export function findingLines(file: string, findings: readonly ImportFinding[], paint: Paint): readonly string[] {
  const groups = new Map<string, ImportFinding[]>();
  for (const finding of findings) {
    const key = JSON.stringify([
      finding.kind,
      finding.read.replaceAll(/"[^"]*"/g, ""),
      finding.result,
      finding.consequence,
    ]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].map((group) => line(file, group, paint));
}

function line(file: string, [first, ...others]: readonly ImportFinding[], paint: Paint): string {
  if (first === undefined) return "";
  const { kind, line: number, column, read, result, consequence } = first;
  const title = paint(kind === "note" ? "faint" : "warn", titles[kind]);
  const lines = [...new Set(others.map((other) => other.line))].filter((one) => one !== number);
  const rest = lines.length > most ? ` and ${lines.length - most} more` : "";
  const also = lines.length === 0 ? "" : ` (also line ${lines.slice(0, most).join(", ")}${rest})`;
  const then = consequence === "" ? "" : `; ${consequence}`;
  return plainLine(`${title} ${file}:${number}:${column}: `, `${read}: ${result}${then}${also}`);
}

/** What stands in the file cannot steer the terminal. */
const plainLine = (own: string, foreign: string): string => `${own}${plainText(foreign)}`;
