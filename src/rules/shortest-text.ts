import type { Position, PositionAutomaton } from "./position-automaton.ts";
import { intersection, type UnitRanges } from "./unit-ranges.ts";

const legible: readonly (readonly [from: number, to: number])[] = [
  [0x61, 0x7a],
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x21, 0x7e],
  [0x20, 0x20],
  [0xa1, 0xd7_ff],
  [0, 0xff_ff],
];

/** One of the units, as easy to read as can be; null = there is none. */
export function legibleUnit(ranges: UnitRanges): string | null {
  for (const bounds of legible) {
    const [unit] = intersection(ranges, bounds);
    if (unit !== undefined) return String.fromCharCode(unit);
  }
  return null;
}

/** The shortest text that goes through the whole pattern; "" = there is none with something in it. */
export function shortestText({ positions, first }: PositionAutomaton): string {
  const end = positions.findIndex(({ element }) => element === null);
  const leads = shortestLeads(positions, first);
  for (const [position, text] of leads) if (positions[position]?.next.has(end) === true) return text;
  return "";
}

/** For each position that can be come to, the shortest text that does; from the nearest on. */
export function shortestLeads(positions: readonly Position[], first: ReadonlyMap<number, number>): Map<number, string> {
  const leads = new Map<number, string>();
  const begin = (targets: Iterable<number>, before: string): void => {
    for (const target of targets) {
      const unit = legibleUnit(positions[target]?.ranges ?? []);
      if (unit !== null && !leads.has(target)) leads.set(target, before + unit);
    }
  };
  begin(first.keys(), "");
  for (const [position, before] of leads) begin(positions[position]?.next.keys() ?? [], before);
  return leads;
}
