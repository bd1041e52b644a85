/** The same text for all that happened in one second: most lines of a busy log. */
function perSecond(format: (ms: number) => string): (ms: number) => string {
  let second = Number.NaN;
  let text = "";
  return (ms) => {
    const now = Math.floor(ms / 1000);
    if (now !== second) {
      second = now;
      text = format(now * 1000);
    }
    return text;
  };
}

const toSecond = perSecond((ms) => new Date(ms).toISOString().slice(0, 20));

/** "2026-11-24T08:15:30.250Z" */
export function isoTime(ms: number): string {
  const rest = Math.floor(ms % 1000);
  const zeros = rest < 10 ? "00" : rest < 100 ? "0" : "";
  return `${toSecond(ms)}${zeros}${rest}Z`;
}

/** "2026-11-24", by UTC */
export const dateText = perSecond((ms) => toSecond(ms).slice(0, 10));

/** "08:15:30", by UTC */
export const timeText = perSecond((ms) => toSecond(ms).slice(11, 19));

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "24/Nov/2026:08:15:30 +0000", Apache's */
export const apacheTime = perSecond((ms) => {
  const iso = toSecond(ms);
  const month = months[new Date(ms).getUTCMonth()] ?? "";
  return `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
});
