import { faults, type Fault } from "../../src/farm/faults.ts";
import { logEvents } from "../../src/observe/log-events.ts";

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  return [head, head.map(() => "---"), ...body].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

export function errorsTable(): string {
  const rows = Object.entries<Fault>(faults).map(([code, { blame, status, retry, counts, text }]) => {
    const answer = status === 0 ? "none: the connection is closed" : String(status);
    return [`\`${code}\``, answer, blame, retry, counts ? "yes" : "no", text];
  });
  return table([["code", "status", "whose fault", "sent again", "counts against the member", "meaning"], ...rows]);
}

export function logEventsTable(): string {
  const rows = Object.entries(logEvents).map(([name, { level, fields, text }]) => {
    return [
      `\`${name}\``,
      level,
      Object.keys(fields)
        .map((field) => `\`${field}\``)
        .join(", "),
      text,
    ];
  });
  return table([["event", "level", "fields", "sentence"], ...rows]);
}
