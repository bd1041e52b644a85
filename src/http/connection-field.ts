import { consistsOf, isBlank, tokenCharacters } from "./characters.ts";

/** What all Connection lines of one head say together; made once, cleared for each message. */
export class ConnectionOptions {
  close = false;
  keepAlive = false;
  upgrade = false;
  /** Lower-case names of further fields that belong to this connection only; null = none, the usual case. */
  names: string[] | null = null;

  clear(): void {
    this.close = false;
    this.keepAlive = false;
    this.upgrade = false;
    this.names = null;
  }
}

/** Fields that decide where a message ends or goes: naming one of them in Connection can only be an attack. */
const neverNamed: ReadonlySet<string> = new Set(["host", "content-length", "transfer-encoding"]);

/** Adds what one Connection value says (RFC 9110 7.6.1). Returns what is wrong, or null. */
export function readConnection(value: string, options: ConnectionOptions): string | null {
  const lower = value.toLowerCase();
  if (lower === "keep-alive") options.keepAlive = true;
  else if (lower === "close") options.close = true;
  else
    for (const option of lower.split(",")) {
      const problem = addOption(withoutBlanks(option), options);
      if (problem !== null) return problem;
    }
  return null;
}

/** Not `trim`: that takes more than space and tab away (RFC 9110 5.6.3). */
function withoutBlanks(option: string): string {
  let start = 0;
  let end = option.length;
  while (start < end && isBlank(option.charCodeAt(start))) start++;
  while (end > start && isBlank(option.charCodeAt(end - 1))) end--;
  return option.slice(start, end);
}

function addOption(option: string, options: ConnectionOptions): string | null {
  if (option === "") return null;
  if (!consistsOf(tokenCharacters, option, 0, option.length)) return "a malformed Connection field";
  if (neverNamed.has(option)) return `Connection names ${option}`;
  if (option === "close") options.close = true;
  else if (option === "keep-alive") options.keepAlive = true;
  else if (option === "upgrade") options.upgrade = true;
  else (options.names ??= []).push(option);
  return null;
}
