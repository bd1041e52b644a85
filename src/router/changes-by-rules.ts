import type { RequestChanges } from "../forward/request-changes.ts";
import { consistsOf, hostCharacters } from "../http/characters.ts";
import { mayAuthenticateConnection } from "../http/connection-auth.ts";
import { originTarget, type RequestHead } from "../http/request-head.ts";
import type { ForwardOutcome } from "../rules/rule-outcome.ts";

/** null = it is sent on as it came. */
export function changesByRules({ target, headers }: ForwardOutcome, head: RequestHead): RequestChanges | null {
  if (target === null && headers.size === 0) return null;
  const replaced: string[] = [];
  let lines = "";
  let host: string | null = null;
  for (const [name, value] of headers) {
    if (name === "host") host = consistsOf(hostCharacters, value, 0, value.length) ? value : null;
    else {
      replaced.push(name);
      if (value !== "") lines += `${fieldName(name)}: ${value}\r\n`;
      if (name.endsWith("authorization")) head.connectionAuth ||= mayAuthenticateConnection(value);
    }
  }
  if (target === null || replaced.includes("x-original-url")) return { target, host, replaced, lines };
  // As ARR does; nobody else's word for it is passed on.
  replaced.push("x-original-url");
  return { target, host, replaced, lines: `${lines}X-Original-URL: ${originTarget(head)}\r\n` };
}

/** There are no others than rules name. */
const fieldNames = new Map<string, string>();

/** "x-forwarded-proto" -> "X-Forwarded-Proto" */
function fieldName(lowerCase: string): string {
  const known = fieldNames.get(lowerCase);
  if (known !== undefined) return known;
  const name = lowerCase.replaceAll(/(?<![^-])[a-z]/g, (letter) => letter.toUpperCase());
  fieldNames.set(lowerCase, name);
  return name;
}
