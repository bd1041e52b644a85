import type { FarmStatus, MemberStatus } from "../control/farm-status.ts";
import { leftText } from "./left-text.ts";
import { type Paint, plainText, table } from "./terminal.ts";

/** The health matrix, and below it why something is down, or taken out and by whom. */
export function statusText(farms: readonly FarmStatus[], paint: Paint): string {
  return [matrixText(farms, paint), ...farms.flatMap(reasons), ...takenOut(farms)]
    .map((paragraph) => `${paragraph}\n`)
    .join("\n");
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
  const wanted = stateWord(member);
  const health = healthWord(member, paint);
  if (wanted === "") return health;
  return member.healthy === true ? paint("warn", wanted) : `${health} ${paint("warn", wanted)}`;
}

function healthWord({ healthy, trial }: MemberStatus, paint: Paint): string {
  if (healthy === null) return paint("faint", "?");
  if (trial) return paint("warn", "trial");
  return healthy ? paint("good", "up") : paint("bad", "DOWN");
}

/** "" = it is to get requests; else with what is left there. */
function stateWord({ state, held }: MemberStatus): string {
  if (state === "available") return "";
  return `${state === "drain" ? "drain" : "out"}${held === 0 ? "" : ` ${held}`}`;
}

/** A server that was taken out as a whole is told once. */
function takenOut(farms: readonly FarmStatus[]): string[] {
  const told = new Set<string>();
  return farms.flatMap(({ name, members }) =>
    members.flatMap((member) => {
      if (member.state === "available") return [];
      const whole = member.stateSet?.scope === "server";
      const what = whole ? plainText(member.server) : `${plainText(name)} on ${plainText(member.server)}`;
      if (told.has(what)) return [];
      told.add(what);
      const all = whole ? farms.flatMap((farm) => farm.members.filter((other) => isOutWith(other, member))) : [member];
      return [`${what} ${stateReason(member)}:\n  ${leftOf(all)}`];
    }),
  );
}

/** Both were taken out by one word about their server. */
function isOutWith(other: MemberStatus, { server }: MemberStatus): boolean {
  return other.server === server && other.state !== "available" && other.stateSet?.scope === "server";
}

function stateReason({ state, stateSet }: MemberStatus): string {
  const word = state === "drain" ? "gets nothing new" : "is out of service";
  if (stateSet === null) return `${word} by the configuration`;
  const note = stateSet.note === "" ? "" : ` (${plainText(stateSet.note)})`;
  const until = stateSet.until === null ? "" : `, until ${plainText(stateSet.until)}`;
  return `${word} since ${plainText(stateSet.at)} by ${plainText(stateSet.by)}${note}${until}`;
}

function leftOf(members: readonly MemberStatus[]): string {
  const held = members.reduce((sum, member) => sum + member.held, 0);
  return leftText(held, Math.max(...members.map(({ oldestMs }) => oldestMs)));
}

function reasons({ name, members }: FarmStatus): string[] {
  return members.filter(({ healthy }) => healthy === false).map((member) => reasonOf(name, member));
}

function reasonOf(farm: string, { server, reason, since }: MemberStatus): string {
  const plain = plainText(reason ?? "no reason known");
  return `${plainText(farm)} on ${plainText(server)} is down since ${plainText(since)}:\n  ${plain}`;
}
