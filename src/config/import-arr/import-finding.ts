import type { Place } from "../place.ts";

/** changed: it means something else here; left-out: it has no counterpart; note: it is worth knowing. */
export type FindingKind = "changed" | "left-out" | "note";

/** What the import has to say about one place of the file. */
export interface ImportFinding extends Place {
  readonly kind: FindingKind;
  /** What stands there. */
  readonly read: string;
  /** What it became, or why it became nothing. */
  readonly result: string;
  /** What follows from it; "" = nothing that anybody would notice. */
  readonly consequence: string;
}

export type FindingTexts = readonly [read: string, result: string, consequence?: string];

/** Gathers what the import has to say. */
export class ImportFindings {
  readonly #findings: ImportFinding[] = [];

  changed(place: Place, ...texts: FindingTexts): void {
    this.#add("changed", place, texts);
  }

  leftOut(place: Place, ...texts: FindingTexts): void {
    this.#add("left-out", place, texts);
  }

  note(place: Place, ...texts: FindingTexts): void {
    this.#add("note", place, texts);
  }

  #add(kind: FindingKind, { line, column }: Place, [read, result, consequence = ""]: FindingTexts): void {
    this.#findings.push({ kind, line, column, read, result, consequence });
  }

  /** In the order of the file. */
  all(): readonly ImportFinding[] {
    return this.#findings.toSorted((a, b) => a.line - b.line || a.column - b.column);
  }
}
