import { percentEncode } from "../http/percent-encode.ts";
import type { SetVariableConfig } from "./rule-config.ts";
import type { RuleState } from "./rule-state.ts";
import { headerName, readVariable, setsHeader } from "./server-variables.ts";
import { compileTemplate, type TemplateScope } from "./template.ts";

/** Sets a header or variable, and says to what; null = what was there stays. */
export type Setter = (state: RuleState) => readonly [name: string, value: string] | null;

/** A header's value goes into a head: what would end its line is escaped. */
// oxlint-disable-next-line no-control-regex -- They are what is looked for.
const unsafe = /[\0-\x1f\x7f]|[^\0-\xff]/u;
const allUnsafe = new RegExp(unsafe, "gu");

/** Each rule may make a value longer, and many in a row many times. */
const maxLength = 64 * 1024;

export function compileSetter({ name, value, replace }: SetVariableConfig, scope: TemplateScope): Setter {
  const expand = compileTemplate(value, scope);
  const read = readVariable(name);
  const header = setsHeader(name) ? headerName(name) : null;
  return (state) => {
    if (!replace && read(state) !== "") return null;
    const text = expand(state).slice(0, maxLength);
    if (header === null) state.setVariable(name, text);
    else state.setHeader(header, headerText(text));
    return [name, text];
  };
}

/** A text as it can stand in a header: spaces around it mean nothing, and what is no character of a line is escaped. */
export function headerText(text: string): string {
  const trimmed = text.trim();
  // Looking costs much less than replacing nothing.
  return unsafe.test(trimmed) ? trimmed.replaceAll(allUnsafe, percentEncode) : trimmed;
}
