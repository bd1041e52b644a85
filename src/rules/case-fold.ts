import { Buffer } from "node:buffer";

const beyondAscii = /[^\0-\u007f]/;
const units = 0x1_00_00;

let table: Uint16Array | null = null;
let variants: ReadonlyMap<number, readonly number[]> | null = null;

/**
 * The text as a regular expression with the flag "i" compares it (ECMA-262, Canonicalize without "u"). Its length stays:
 * places in what is returned are places in the text.
 */
export function foldCase(text: string): string {
  if (!beyondAscii.test(text)) return text.toUpperCase();
  const folds = foldTable();
  const bytes = Buffer.from(text, "utf16le");
  for (let at = 0; at < bytes.length; at += 2) bytes.writeUInt16LE(folds[bytes.readUInt16LE(at)] ?? 0, at);
  return bytes.toString("utf16le");
}

/** The UTF-16 units that are the same as this one where case is ignored, itself among them. */
export function caseVariants(unit: number): readonly number[] {
  return allVariants().get(foldTable()[unit] ?? unit) ?? [unit];
}

/** The groups of UTF-16 units that differ in case alone; those without any such relative are left out. */
export function caseGroups(): Iterable<readonly number[]> {
  return allVariants().values();
}

function foldTable(): Uint16Array {
  table ??= Uint16Array.from({ length: units }, (_, unit) => foldUnit(unit));
  return table;
}

function foldUnit(unit: number): number {
  const upper = String.fromCharCode(unit).toUpperCase();
  const folded = upper.charCodeAt(0);
  return upper.length !== 1 || (unit >= 0x80 && folded < 0x80) ? unit : folded;
}

function allVariants(): ReadonlyMap<number, readonly number[]> {
  variants ??= collectVariants();
  return variants;
}

function collectVariants(): ReadonlyMap<number, readonly number[]> {
  const groups = new Map<number, number[]>();
  for (const [unit, folded] of foldTable().entries()) {
    if (unit === folded) continue;
    const group = groups.get(folded);
    if (group === undefined) groups.set(folded, [folded, unit]);
    else group.push(unit);
  }
  return groups;
}
