import { stripVTControlCharacters } from "node:util";

/** What a terminal shows in colour. */
type Tone = "good" | "bad" | "warn" | "faint" | "strong";

export type Paint = (tone: Tone, text: string) => string;

const codes: Readonly<Record<Tone, readonly [number, number]>> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  faint: [2, 22],
  strong: [1, 22],
};

interface Output {
  readonly isTTY?: boolean;
}

/**
 * Colours for `output`: only on a terminal, and never where the environment has NO_COLOR (https://no-color.org) or says
 * that the terminal is dumb.
 */
export function painter(output: Output, env: Readonly<Record<string, string | undefined>>): Paint {
  const colours = output.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  if (!colours) return (_, text) => text;
  return (tone, text) => `\u001B[${codes[tone][0]}m${text}\u001B[${codes[tone][1]}m`;
}

/** Rows with their columns aligned, two spaces apart; colours take no room. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, visibleLength(cell));
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const pad = (cell: string, width: number): string => cell + " ".repeat(width - visibleLength(cell));

const visibleLength = (text: string): number => stripVTControlCharacters(text).length;

/** What came from outside, on one line: it cannot steer the terminal, nor turn the text around. */
export function plainText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ");
}
