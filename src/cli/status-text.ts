import type { FarmStatus, MemberStatus } from "../control/farm-status.ts";
import { type Paint, table } from "./terminal.ts";

/** The health matrix, a row for each server and a column for each farm, and below it why something is down. */
export function statusText(farms: readonly FarmStatus[], paint: Paint): string {
  const servers = [...new Set(farms.flatMap(({ members }) => members.map(({ server }) => server)))];
  const matrix = table([
    ["", ...farms.map(({ name }) => name)],
    ...servers.map((server) => [server, ...farms.map((farm) => cellOf(farm, server, paint))]),
  ]);
  return [matrix, ...farms.flatMap(reasons)].map((paragraph) => `${paragraph}\n`).join("\n");
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
  // What a member sent cannot steer the terminal.
  const plain = (reason ?? "no reason known").replaceAll(/\p{Cc}/gu, " ");
  return `${farm} on ${server} is down since ${since}:\n  ${plain}`;
}
