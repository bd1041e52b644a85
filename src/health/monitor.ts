import type { Config, FarmConfig, MemberConfig } from "../config/config.ts";
import type { Clock } from "../util/clock.ts";
import type { Random } from "../util/random.ts";
import type { Check } from "./check.ts";
import { type CheckSubject, MemberCheck, type MemberHealth } from "./member-check.ts";
import { memberKey } from "./member-key.ts";

export interface MonitorOptions {
  readonly check: Check;
  readonly clock: Clock;
  readonly random: Random;
  /** A member has its first verdict, or another one. */
  readonly onChange: (farm: string, server: string, health: MemberHealth) => void;
}

interface Member {
  readonly farm: string;
  readonly config: MemberConfig;
  /** null: this farm has no check. */
  readonly checkKey: string | null;
}

/**
 * Keeps every member under its check. A farm without one has members that are always available: live traffic is the
 * only thing that speaks of them, and nothing would ever bring them back.
 */
export class Monitor {
  readonly #options: MonitorOptions;
  readonly #unchecked: MemberHealth;
  #members: ReadonlyMap<string, Member> = new Map();
  #checks: ReadonlyMap<string, MemberCheck> = new Map();

  constructor(options: MonitorOptions) {
    this.#options = options;
    const since = options.clock.now();
    this.#unchecked = { available: true, known: true, since, lastCheck: null, lastFailure: null };
  }

  /**
   * New members are checked at once, removed ones no more. A check that did not change goes on undisturbed; where only
   * the check changed, what was known of the member stands until the new one has decided.
   */
  apply(config: Config): void {
    const members = new Map<string, Member>();
    const checks = new Map<string, MemberCheck>();
    for (const farm of config.farms) {
      for (const member of farm.members) {
        const subject = checkSubject(farm, member);
        const checkKey = subject === null ? null : keyOf(subject);
        const key = memberKey(farm.name, member.server);
        if (subject !== null && checkKey !== null && !checks.has(checkKey)) {
          const before = this.#knownBefore(key, member);
          checks.set(checkKey, this.#checks.get(checkKey) ?? this.#startCheck(subject, checkKey, before));
        }
        members.set(key, { farm: farm.name, config: member, checkKey });
      }
    }
    for (const [key, check] of this.#checks) if (!checks.has(key)) check.close();
    this.#members = members;
    this.#checks = checks;
  }

  /** A request failed on this member in a way that counts; names that are gone are ignored. */
  liveFailure(farm: string, server: string): void {
    const checkKey = this.#members.get(memberKey(farm, server))?.checkKey ?? null;
    if (checkKey !== null) this.#checks.get(checkKey)?.liveFailure();
  }

  /** null: no such member. */
  health(farm: string, server: string): MemberHealth | null {
    const member = this.#members.get(memberKey(farm, server));
    return member === undefined ? null : this.#healthOf(member);
  }

  close(): void {
    for (const check of this.#checks.values()) check.close();
    this.#checks = new Map();
    this.#members = new Map();
  }

  #startCheck(subject: CheckSubject, checkKey: string, before: MemberHealth | null): MemberCheck {
    const { check, clock, random } = this.#options;
    const onChange = (health: MemberHealth): void => this.#changed(checkKey, health);
    return new MemberCheck({ subject, before, check, clock, random, onChange });
  }

  #changed(checkKey: string, health: MemberHealth): void {
    for (const member of this.#members.values()) {
      if (member.checkKey === checkKey) this.#options.onChange(member.farm, member.config.server, health);
    }
  }

  /** At another address it is another member. */
  #knownBefore(key: string, config: MemberConfig): MemberHealth | null {
    const before = this.#members.get(key);
    return before !== undefined && addressOf(before.config) === addressOf(config) ? this.#healthOf(before) : null;
  }

  #healthOf(member: Member): MemberHealth | null {
    return member.checkKey === null ? this.#unchecked : (this.#checks.get(member.checkKey)?.health ?? null);
  }
}

function checkSubject(farm: FarmConfig, member: MemberConfig): CheckSubject | null {
  return farm.health === null ? null : { member, health: farm.health, tls: farm.tls };
}

/** The same for members of several farms that are checked alike: a server's name plays no part, its address does. */
function keyOf({ member, health, tls }: CheckSubject): string {
  return JSON.stringify([addressOf(member), health, tls]);
}

function addressOf({ protocol, host, port }: MemberConfig): string {
  return JSON.stringify([protocol, host, port]);
}
