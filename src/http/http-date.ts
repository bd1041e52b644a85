import type { Clock } from "../util/clock.ts";

/** A ready `Date` field line (RFC 9110 6.6.1), made anew at most once a second. */
export function dateLine(clock: Clock): () => string {
  let second = -1;
  let text = "";
  return () => {
    const now = Math.floor(clock.now() / 1000);
    if (now !== second) {
      second = now;
      text = `Date: ${new Date(now * 1000).toUTCString()}\r\n`;
    }
    return text;
  };
}
