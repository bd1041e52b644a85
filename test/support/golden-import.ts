import { readdirSync, readFileSync } from "node:fs";
import { documentText } from "../../src/config/import-arr/document-text.ts";
import { importArr, type ArrImport } from "../../src/config/import-arr/import-arr.ts";
import type { ImportFinding } from "../../src/config/import-arr/import-finding.ts";
import { recogniseExchange } from "../../src/exchange/recognise-exchange.ts";

const folder = new URL("../../../test/golden/import-arr/", import.meta.url);

export const goldenNames = readdirSync(folder)
  .filter((name) => name.endsWith(".xml"))
  .map((name) => name.slice(0, -4));

export function goldenBytes(name: string): Uint8Array {
  return readFileSync(new URL(`${name}.xml`, folder));
}

/** What is expected of a sample: `name.yaml`, `name.txt` with the findings. */
export function goldenText(name: string, ending: "yaml" | "txt"): string {
  return readFileSync(new URL(`${name}.${ending}`, folder), "utf8");
}

export type Imported = Extract<ArrImport, { ok: true }>;

export function importGolden(name: string): Imported {
  const imported = importArr(goldenBytes(name), { certificate: "certificate.pem" });
  if (!imported.ok) throw new Error(imported.message);
  return imported;
}

/** As the command writes it, with presets. */
export function yamlAndFindings({ document, places, findings }: Imported): { yaml: string; text: string } {
  const recognised = recogniseExchange(document, places);
  const all = [...findings, ...(recognised?.findings ?? [])].toSorted((a, b) => a.line - b.line || a.column - b.column);
  return { yaml: documentText(recognised?.document ?? document, []), text: `${all.map(findingText).join("\n")}\n` };
}

function findingText({ kind, line, column, read, result, consequence }: ImportFinding): string {
  return [`${kind} ${line}:${column}`, read, result, consequence].join(" | ").trimEnd();
}
