/** Tables over the 256 values of a latin1 character: 1 = allowed. */
function tableOf(allowed: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (allowed(code) ? 1 : 0));
}

const tokenSymbols = new Set(Array.from("!#$%&'*+-.^_`|~", (symbol) => symbol.charCodeAt(0)));
const hostSymbols = new Set(Array.from("-._~!$&'()*+,;=%:[]", (symbol) => symbol.charCodeAt(0)));

function isAlphanumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

/** RFC 9110 5.6.2: tchar. */
export const tokenCharacters = tableOf((code) => isAlphanumeric(code) || tokenSymbols.has(code));

/** RFC 9110 5.5: HTAB, SP, VCHAR, obs-text; no other control. */
export const valueCharacters = tableOf((code) => code === 0x09 || (code >= 0x20 && code !== 0x7f));

/** A request target: no control, no space, no fragment. Raw bytes above 0x7f pass, old clients send them. */
export const targetCharacters = tableOf((code) => code > 0x20 && code !== 0x7f && code !== 0x23);

/** RFC 3986 3.2: host and port, without user information. */
export const hostCharacters = tableOf((code) => isAlphanumeric(code) || hostSymbols.has(code));

/** Are all characters of text[start, end) in the table, and is there at least one? */
export function consistsOf(table: Uint8Array, text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (table[text.charCodeAt(at)] !== 1) return false;
  return end > start;
}

/** RFC 9110 5.6.3: space or tab. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
