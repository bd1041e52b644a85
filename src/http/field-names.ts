interface KnownName {
  readonly name: string;
  readonly id: number;
}

/** The field names that matter to somebody, by length. */
export type FieldNames = readonly (readonly KnownName[] | undefined)[];

const longestName = 28;

/** Made once from lower-case names, none longer than that; ids are positive. */
export function fieldNames(ids: Readonly<Record<string, number>>): FieldNames {
  const table: KnownName[][] = [];
  for (const [name, id] of Object.entries(ids)) (table[name.length] ??= []).push({ name, id });
  return Array.from({ length: longestName + 1 }, (_, length) => table[length]);
}

/** The id of the name that stands at text[start, end), whatever its case; 0 = none of them. */
export function findFieldName(names: FieldNames, text: string, start: number, end: number): number {
  const candidates = names[end - start];
  if (candidates === undefined) return 0;
  for (const candidate of candidates) if (equalsIgnoringCase(text, start, end, candidate.name)) return candidate.id;
  return 0;
}

/** Compares text[start, end) with a lower-case ASCII text that has letters, digits, "-" and "_" only. */
export function equalsIgnoringCase(text: string, start: number, end: number, lowerCase: string): boolean {
  if (end - start !== lowerCase.length) return false;
  for (let at = 0; at < lowerCase.length; at++) {
    const wanted = lowerCase.charCodeAt(at);
    const code = text.charCodeAt(start + at);
    // A letter may differ in the 0x20 bit only.
    if (code !== wanted && (wanted < 0x61 || code !== wanted - 0x20)) return false;
  }
  return true;
}
