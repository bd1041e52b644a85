import type { FarmStatus, MemberStatus } from "../control/farm-status.ts";
import { type Paint, plainText, table } from "./terminal.ts";

/** The health matrix, and below it why something is down. */
export function statusText(farms: readonly FarmStatus[], paint: Paint): string {
  return [matrixText(farms, paint), ...farms.flatMap(reasons)].map((paragraph) => `${paragraph}\n`).join("\n");
}

/** A row for each server and a column for each farm. */
export function matrixText(farms: readonly FarmStatus[], paint: Paint): string {
  const servers = [...new Set(farms.flatMap(({ members }) => members.map(({ server }) => server)))];
  return table([
    ["", ...farms.map(({ name }) => plainText(name))],
    ...servers.map((server) => [plainText(server), ...farms.map((farm) => cellOf(farm, server, paint))]),
  ]);
}

function cellOf({ members }: FarmStatus, server: string, paint: Paint): string {
  const member = members.find((candidate) => candidate.server === server);
  if (member === undefined) return "";
  if (member.healthy === null) return paint("faint", "?");
  return member.healthy ? paint("good", "up") : paint("bad", "DOWN");
}

function reasons({ name, members }: FarmStatus): string[] {
  return members.filter(({ healthy }) => healthy === false).map((member) => reasonOf(name, member));
}

function reasonOf(farm: string, { server, reason, since }: MemberStatus): string {
  const plain = plainText(reason ?? "no reason known");
  return `${plainText(farm)} on ${plainText(server)} is down since ${plainText(since)}:\n  ${plain}`;
}
