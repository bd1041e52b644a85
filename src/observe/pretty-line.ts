import type { LogLevel } from "./log-events.ts";

const marks: Readonly<Record<LogLevel, string>> = { debug: "·", info: " ", warn: "!", error: "✖" };

/** `14:03:07 ! owa on cas1 is DOWN: …`, in local time. What came from outside cannot steer the terminal. */
export function prettyLine(time: Date, level: LogLevel, message: string): string {
  return `${localTime(time)} ${marks[level]} ${message.replaceAll(/\p{Cc}/gu, " ")}\n`;
}

/** `14:03:07` */
export function localTime(time: Date): string {
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
