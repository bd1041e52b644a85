import type { MemberVerdict } from "../farm/messages.ts";
import type { ConnectedMember, WithdrawReason } from "../net/connected-member.ts";
import type { RoutedFarm } from "./routed-farm.ts";
import type { Snapshot } from "./snapshot.ts";

/** Takes over what the control side has decided. `now`: monotonic milliseconds. */
export function applyVerdicts({ farms }: Snapshot, verdicts: readonly MemberVerdict[], now: number): void {
  const touched = new Set<RoutedFarm>();
  const withdrawn: (readonly [ConnectedMember, WithdrawReason])[] = [];
  for (const verdict of verdicts) {
    const farm = farms.get(verdict.farm);
    const member = farm?.members.find((candidate) => candidate.config.server === verdict.server);
    if (farm === undefined || member === undefined) continue;
    const reason = applyVerdict(member, verdict, now);
    if (reason !== null) withdrawn.push([member, reason]);
    touched.add(farm);
  }
  // What is moved finds its next member by what is known now.
  for (const farm of touched) refresh(farm);
  for (const [member, reason] of withdrawn) {
    // What waits there would fail the first requests after its return.
    member.closeIdle();
    member.withdraw(reason);
  }
  for (const farm of touched) {
    moveStranded(farm);
    farm.line.freed();
  }
}

/** What waits on members that are down, because nobody else worked when they went, may have somewhere to go now. */
function moveStranded({ available, members }: RoutedFarm): void {
  if (!available) return;
  for (const member of members) if (member.health === "down" && member.held.size > 0) member.withdraw("down");
}

/** Why the member is not to be used any more, where that is new. */
function applyVerdict(member: ConnectedMember, verdict: MemberVerdict, now: number): WithdrawReason | null {
  const { available, health, state } = member;
  member.health = verdict.health;
  member.state = verdict.state;
  member.fallback = verdict.fallback;
  member.warmUntil = verdict.warmMs === 0 ? 0 : now + verdict.warmMs;
  if (!available) member.justReturned = true;
  if (verdict.cut) return "cut";
  if (verdict.state === "unavailable" && state !== "unavailable") return "unavailable";
  return verdict.health === "down" && health !== "down" ? "down" : null;
}

function refresh(farm: RoutedFarm): void {
  farm.refresh();
  const available = farm.members.filter((member) => member.available);
  // One that was away has carried less, or much more: it would get all requests until it has caught up, or none.
  const settled = available.filter(({ justReturned }) => !justReturned);
  const level = Math.max(0, ...settled.map(({ traffic, weight }) => traffic / weight));
  for (const member of available) {
    if (member.justReturned) member.traffic = level * member.weight;
    member.justReturned = false;
  }
}
