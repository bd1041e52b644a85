import { isBlank, tokenCharacters, valueCharacters } from "./characters.ts";

/** Where the parts of one field line stand in the text of a head; made once and filled again and again. */
export class FieldLine {
  start = 0;
  nameEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  /** Behind the CRLF. */
  next = 0;
}

const colon = 0x3a;
const cr = 0x0d;
const lf = 0x0a;

/**
 * Reads the field line that begins at `start`, strictly (RFC 9112 5): no folding, no space before the colon, no bare CR
 * or LF, no control in the value. Returns what is wrong, or null. The text is latin1.
 */
export function readFieldLine(text: string, start: number, line: FieldLine): string | null {
  let at = start;
  while (tokenCharacters[text.charCodeAt(at)] === 1) at++;
  if (at === start || text.charCodeAt(at) !== colon) return badName(text, start, at);
  line.start = start;
  line.nameEnd = at;
  at++;
  while (isBlank(text.charCodeAt(at))) at++;
  line.valueStart = at;
  while (valueCharacters[text.charCodeAt(at)] === 1) at++;
  if (text.charCodeAt(at) !== cr || text.charCodeAt(at + 1) !== lf) return "a control character in a field value";
  line.next = at + 2;
  while (at > line.valueStart && isBlank(text.charCodeAt(at - 1))) at--;
  line.valueEnd = at;
  return null;
}

function badName(text: string, start: number, at: number): string {
  if (at > start) return "a character that is not allowed in a field name";
  return text.charCodeAt(at) === colon ? "a field without a name" : "a line that is not a field";
}
