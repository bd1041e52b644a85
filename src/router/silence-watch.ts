import type { ConnectedMember } from "../net/connected-member.ts";
import type { MemberReports } from "./member-reports.ts";
import type { Snapshot } from "./snapshot.ts";

/** Looked at so often. */
export const silenceEveryMs = 100;
/** A server that works has mostly begun to answer somebody by then. */
const silentAfterMs = 500;

/**
 * Finds members that were sent requests and from which nothing comes at all. Long polls look the same, so it is no failure:
 * it is a reason to check at once instead of within the interval. Told once per silence, and again for requests that are
 * sent later.
 */
export class SilenceWatch {
  readonly #reports: MemberReports;
  #lookedAt = Infinity;

  constructor(reports: MemberReports) {
    this.#reports = reports;
  }

  /** `now`: monotonic milliseconds. */
  look({ farms }: Snapshot, now: number): void {
    // Answers may have come while this process stood still, and wait to be read.
    const stalled = now - this.#lookedAt > 2 * silenceEveryMs;
    this.#lookedAt = now;
    if (stalled) return;
    for (const { members } of farms.values()) for (const member of members) watchMember(member, now, this.#reports);
  }
}

function watchMember(member: ConnectedMember, now: number, reports: MemberReports): void {
  const { silentSince } = member;
  if (silentSince === 0 || now - silentSince < silentAfterMs) return;
  // The next request that is sent begins a silence of its own.
  member.silentSince = 0;
  if (member.current > 0 && member.health !== "down") reports.silent(member);
}
