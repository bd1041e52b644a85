import type { FarmStatus, MemberStatus } from "../control/farm-status.ts";

/** The health matrix, a row for each server and a column for each farm, and below it why something is down. */
export function statusText(farms: readonly FarmStatus[], colours: boolean): string {
  const paint = colours ? painted : (cell: string): string => cell;
  const lines = [...matrix(farms, paint), ...reasons(farms)];
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function matrix(farms: readonly FarmStatus[], paint: (cell: string) => string): string[] {
  const servers = [...new Set(farms.flatMap(({ members }) => members.map(({ server }) => server)))];
  const rows = [
    ["", ...farms.map(({ name }) => name)],
    ...servers.map((server) => [server, ...farms.map((farm) => cellOf(farm, server))]),
  ];
  const widths = rows[0]?.map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row, index) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .map((cell, column) => (index === 0 || column === 0 ? cell : paint(cell)))
      .join("  "),
  );
}

function cellOf({ members }: FarmStatus, server: string): string {
  const member = members.find((candidate) => candidate.server === server);
  if (member === undefined) return "";
  if (member.healthy === null) return "?";
  return member.healthy ? "up" : "DOWN";
}

function painted(cell: string): string {
  if (cell.startsWith("up")) return `\u001b[32m${cell}\u001b[39m`;
  return cell.startsWith("DOWN") ? `\u001b[31m${cell}\u001b[39m` : cell;
}

function reasons(farms: readonly FarmStatus[]): string[] {
  return farms.flatMap(({ name, members }) =>
    members.filter(({ healthy }) => healthy === false).flatMap((member) => ["", ...reasonLines(name, member)]),
  );
}

function reasonLines(farm: string, { server, reason, since }: MemberStatus): string[] {
  // What a member sent cannot steer the terminal.
  const plain = (reason ?? "no reason known").replaceAll(/\p{Cc}/gu, " ");
  return [`${farm} on ${server} is down since ${since}:`, `  ${plain}`];
}
