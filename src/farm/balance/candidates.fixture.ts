import { hash32 } from "../../util/hash32.ts";
import { nextLatency } from "../peak-latency.ts";
import type { Balance, Candidate } from "./balance.ts";

export type TestMember = { -readonly [Key in keyof Candidate]: Candidate[Key] };

/** Idle, of weight 1, unless said otherwise. */
export function createMember(fields: Partial<TestMember> = {}): TestMember {
  return { current: 0, elsewhere: 0, weight: 1, latencyMs: 0, latencyAt: 0, traffic: 0, seed: 0, credit: 0, ...fields };
}

/** One for each weight, with different addresses. */
export function membersOf(weights: readonly number[]): TestMember[] {
  return weights.map((weight, index) => createMember({ weight, seed: hash32(`192.0.2.${index}:443`) }));
}

/** The part of `requests` each member gets in the state it is in, each request with another key; all together 1. */
export function sharesOf(balance: Balance, members: readonly TestMember[], requests: number): number[] {
  const chosen = Array.from({ length: requests }, (_, request) => balance(members, `key ${request}`));
  return countsOf(chosen, members).map((count) => count / requests);
}

/** How often each was chosen. */
export function countsOf(chosen: readonly TestMember[], members: readonly TestMember[]): number[] {
  return members.map((member) => chosen.filter((one) => one === member).length);
}

/** A request has ended: what a member counts then. */
export function answered(member: TestMember, durationMs: number, now: number): void {
  member.latencyMs = nextLatency(member.latencyMs, now - member.latencyAt, durationMs);
  member.latencyAt = now;
  member.traffic += 1000;
}

/** Each member's part of the sum of all weights. */
export function fairShares(members: readonly TestMember[]): number[] {
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  return members.map(({ weight }) => weight / total);
}
