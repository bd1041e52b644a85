import { FieldLine, readFieldLine } from "../../http/field-line.ts";
import type { ResponseHead } from "../../http/response-head.ts";

const line = new FieldLine();

/** The values of all lines of that name, lower case, in order. */
export function fieldValues({ text, fieldsStart }: ResponseHead, name: string): string[] {
  const values: string[] = [];
  for (let at = fieldsStart; at < text.length - 2; at = line.next) {
    if (readFieldLine(text, at, line) !== null) break;
    if (line.nameEnd - at === name.length && text.slice(at, line.nameEnd).toLowerCase() === name) {
      values.push(text.slice(line.valueStart, line.valueEnd));
    }
  }
  return values;
}
