import type { ImportDocument } from "../config/import-arr/import-document.ts";
import type { ImportFinding } from "../config/import-arr/import-finding.ts";
import type { Place } from "../config/place.ts";

export interface Recognised {
  readonly document: ImportDocument;
  readonly findings: readonly ImportFinding[];
}

/** null = no block stands for any of it. */
export function recogniseExchange(_document: ImportDocument, _places: ReadonlyMap<string, Place>): Recognised | null {
  return null;
}
