import { isBlank } from "./characters.ts";
import { equalsIgnoringCase } from "./field-names.ts";

const colon = 0x3a;

/**
 * The next line of a field in a head that was read strictly: where it begins, at or behind the line that begins at `start`;
 * -1 = there is none. The name is lower case, of letters, digits, "-" and "_".
 */
export function findField(text: string, start: number, lowerCaseName: string): number {
  const { length } = lowerCaseName;
  const end = text.length - 2;
  let at = start;
  while (at < end) {
    if (text.charCodeAt(at + length) === colon && equalsIgnoringCase(text, at, at + length, lowerCaseName)) return at;
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd === -1) return -1;
    at = lineEnd + 2;
  }
  return -1;
}

/** The value of the field's first line; "" = there is none. */
export function fieldValue(text: string, fieldsStart: number, lowerCaseName: string): string {
  const line = findField(text, fieldsStart, lowerCaseName);
  if (line === -1) return "";
  let start = line + lowerCaseName.length + 1;
  let end = text.indexOf("\r\n", start);
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}
