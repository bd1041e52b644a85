import { isoTime } from "./log-times.ts";

/** The directives at the beginning of a file in the W3C extended format, as IIS writes them. */
export function w3cHeader(fields: readonly string[], now: number): string {
  const date = isoTime(now).slice(0, 19).replace("T", " ");
  return `#Software: Fairlead\r\n#Version: 1.0\r\n#Date: ${date}\r\n#Fields: ${fields.join(" ")}\r\n`;
}
