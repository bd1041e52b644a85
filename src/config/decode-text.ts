import { placeOf } from "./place.ts";
import type { Place } from "./place.ts";

export type Text =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly place: Place; readonly message: string };

/** Ten thousand rules of a dozen lines fit. */
const maxMebibytes = 8;
const maxBytes = maxMebibytes * 1024 * 1024;

/** The bytes of a configuration file as text. */
export function decodeText(bytes: Uint8Array): Text {
  if (bytes.length > maxBytes) {
    const message = `the file has ${bytes.length} bytes, at most ${maxBytes} (${maxMebibytes} MiB) are read: is it a configuration?`;
    return { ok: false, place: { line: 1, column: 1 }, message };
  }
  try {
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    const lossy = new TextDecoder("utf-8").decode(bytes);
    const place = placeOf(lossy, Math.max(lossy.indexOf("\uFFFD"), 0));
    return { ok: false, place, message: "the file is not UTF-8: save it as UTF-8 (Notepad: Save as, Encoding UTF-8)" };
  }
}
