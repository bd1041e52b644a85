import { foldCase } from "./case-fold.ts";
import type { Found, Pattern } from "./matcher.ts";

const anyOne = "?".charCodeAt(0);

/**
 * IIS's wildcards: the whole text; "*" is any run, captured, "?" any one character, all else stands for itself. As with
 * greedy groups an earlier "*" takes as much as it can. Nothing is tried twice: what stands behind the last "*" has to
 * end the text, and each piece before goes as far to the end as the one behind it leaves room.
 */
export function compileWildcard(source: string, ignoreCase: boolean): Pattern {
  const pieces = (ignoreCase ? foldCase(source) : source).split("*");
  const match = (input: string): readonly string[] | null => {
    const places = placePieces(pieces, ignoreCase ? foldCase(input) : input);
    return places === null ? null : withRuns(input, pieces, places);
  };
  const find = (input: string, from: number): Found | null => {
    const captures = from === 0 ? match(input) : null;
    return captures === null ? null : { index: 0, captures };
  };
  return { match, find, groups: pieces.length - 1, engine: "direct", cost: 0 };
}

/** Where each piece stands; null = they do not fit. */
function placePieces(pieces: readonly string[], text: string): number[] | null {
  const first = pieces[0] ?? "";
  if (pieces.length === 1) return text.length === first.length && standsAt(first, text, 0) ? [0] : null;
  if (text.length < first.length || !standsAt(first, text, 0)) return null;
  const places = [0];
  let room = text.length;
  for (let index = pieces.length - 1; index > 0; index -= 1) {
    const piece = pieces[index] ?? "";
    const nearest = index === pieces.length - 1 ? room - piece.length : first.length;
    const place = lastPlace(piece, text, room, nearest);
    if (place < first.length) return null;
    places[index] = room = place;
  }
  return places;
}

/** The last place from `nearest` on where the piece stands and ends at `end` or before; -1 = none. */
function lastPlace(piece: string, text: string, end: number, nearest: number): number {
  const start = end - piece.length;
  if (start < 0 || nearest < 0) return -1;
  if (!piece.includes("?") && start > nearest) return text.lastIndexOf(piece, start);
  for (let place = start; place >= nearest; place -= 1) if (standsAt(piece, text, place)) return place;
  return -1;
}

function standsAt(piece: string, text: string, place: number): boolean {
  for (let index = 0; index < piece.length; index += 1) {
    const wanted = piece.charCodeAt(index);
    if (wanted !== anyOne && wanted !== text.charCodeAt(place + index)) return false;
  }
  return true;
}

/** The input, then what stands between the pieces. */
function withRuns(input: string, pieces: readonly string[], places: readonly number[]): string[] {
  const captures = [input];
  for (let index = 1; index < pieces.length; index += 1) {
    const before = index - 1;
    captures.push(input.slice((places[before] ?? 0) + (pieces[before] ?? "").length, places[index] ?? 0));
  }
  return captures;
}
