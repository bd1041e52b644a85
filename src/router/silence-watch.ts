import type { ConnectedMember } from "../net/connected-member.ts";
import type { MemberReports } from "./member-reports.ts";
import type { Snapshot } from "./snapshot.ts";

/** A server that works has mostly begun to answer somebody by then. */
const silentAfterMs = 500;

/**
 * Finds members that were sent requests and from which nothing comes at all. Long polls look the same, so it is no failure:
 * it is a reason to check at once instead of within the interval. Looked at every 100 ms; told once per silence, and again
 * for requests that are sent later.
 */
export function watchSilence({ farms }: Snapshot, now: number, reports: MemberReports): void {
  for (const { members } of farms.values()) for (const member of members) watchMember(member, now, reports);
}

function watchMember(member: ConnectedMember, now: number, reports: MemberReports): void {
  const { silentSince } = member;
  if (silentSince === 0 || now - silentSince < silentAfterMs) return;
  // The next request that is sent begins a silence of its own.
  member.silentSince = 0;
  if (member.current > 0 && member.health !== "down") reports.silent(member);
}
