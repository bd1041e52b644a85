import type { Config } from "../config/config.ts";
import type { FarmConfig, MemberConfig } from "../config/farm-config.ts";
import { faults, type FaultCode } from "../farm/faults.ts";
import type { Clock } from "../util/clock.ts";
import type { Random } from "../util/random.ts";
import type { Check } from "./check.ts";
import { type CheckFindings, type CheckSubject, MemberCheck } from "./member-check.ts";
import type { MemberHealth } from "./member-health.ts";
import { memberKey } from "./member-key.ts";
import { type LiveFailure, MemberWatch } from "./member-watch.ts";

export interface MonitorOptions {
  readonly check: Check;
  readonly clock: Clock;
  readonly random: Random;
  /** A member has its first verdict, or another one. */
  readonly onChange: (farm: string, server: string, health: MemberHealth) => void;
  /** Is it to get requests, as far as operators are asked? Left out: all are. */
  readonly wanted?: (farm: string, server: string) => boolean;
}

/** Keeps every member under its check, and hears what requests meet there. */
export class Monitor {
  readonly #options: MonitorOptions;
  readonly #startedAt: number;
  #farms: ReadonlyMap<string, FarmConfig> = new Map();
  #members: ReadonlyMap<string, MemberWatch> = new Map();
  #checks: ReadonlyMap<string, MemberCheck> = new Map();

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  /**
   * New members are checked at once, removed ones no more. A check that did not change goes on undisturbed; where only
   * the check changed, what was known of the member stands until the new one has decided.
   */
  apply(config: Config): void {
    const members = new Map<string, MemberWatch>();
    const checks = new Map<string, MemberCheck>();
    for (const farm of config.farms) {
      for (const member of farm.members) {
        members.set(memberKey(farm.name, member.server), this.#watch(farm, member, this.#check(farm, member, checks)));
      }
    }
    for (const [key, check] of this.#checks) if (!checks.has(key)) check.close();
    for (const [key, before] of this.#members) {
      const now = members.get(key);
      if (now !== undefined && sameAddress(before, now)) now.continue(before);
      else before.close();
    }
    this.#farms = new Map(config.farms.map((farm) => [farm.name, farm]));
    this.#members = members;
    this.#checks = checks;
  }

  /** A request failed on this member in a way that counts; names that are gone are ignored. */
  liveFailure(farm: string, server: string, code: FaultCode): void {
    const member = this.#members.get(memberKey(farm, server));
    const reason = `requests failed: ${faults[code].text}`;
    member?.liveFailure({ reason, kind: kindOf(code) }, this.#mayEject(farm, server));
  }

  /** A request that tried this member was answered. */
  answered(farm: string, server: string): void {
    this.#members.get(memberKey(farm, server))?.answered();
  }

  /** Requests wait on this member, and nothing comes from it. There is no hurry where nobody else could take them. */
  silence(farm: string, server: string): void {
    if (this.#available(farm) > 1) this.#members.get(memberKey(farm, server))?.silence();
  }

  /** null: no such member. */
  health(farm: string, server: string): MemberHealth | null {
    return this.#members.get(memberKey(farm, server))?.health ?? null;
  }

  close(): void {
    for (const check of this.#checks.values()) check.close();
    for (const member of this.#members.values()) member.close();
    this.#checks = new Map();
    this.#members = new Map();
  }

  /** null: the farm has no check. */
  #check(farm: FarmConfig, config: MemberConfig, checks: Map<string, MemberCheck>): MemberCheck | null {
    if (farm.health === null) return null;
    const subject = { member: config, health: farm.health, tls: farm.tls };
    const key = keyOf(subject);
    const before = this.#members.get(memberKey(farm.name, config.server)) ?? null;
    const known = before !== null && addressOf(before.options.config) === addressOf(config) ? findings(before) : null;
    const check = checks.get(key) ?? this.#checks.get(key) ?? this.#startCheck(subject, key, known);
    checks.set(key, check);
    return check;
  }

  #startCheck(subject: CheckSubject, key: string, before: CheckFindings | null): MemberCheck {
    const { check, clock, random } = this.#options;
    const onChange = (): void => {
      const changed = this.#checks.get(key);
      for (const member of this.#members.values()) if (member.options.check === changed) this.#changed(member);
    };
    const dispensable = (): boolean => this.#isDispensable(key);
    return new MemberCheck({ subject, before, check, clock, random, onChange, dispensable });
  }

  /** Has every farm that is checked so somebody else? */
  #isDispensable(checkKey: string): boolean {
    const check = this.#checks.get(checkKey);
    const checked = [...this.#members.values()].filter(({ options }) => options.check === check);
    return checked.every(({ health, options }) => this.#available(options.farm) > (health.available ? 1 : 0));
  }

  #watch({ name, liveTraffic: live }: FarmConfig, config: MemberConfig, check: MemberCheck | null): MemberWatch {
    const watch: MemberWatch = new MemberWatch({
      farm: name,
      config,
      check,
      live,
      clock: this.#options.clock,
      since: this.#startedAt,
      onChange: () => this.#changed(watch),
    });
    return watch;
  }

  #changed({ health, options }: MemberWatch): void {
    this.#options.onChange(options.farm, options.config.server, health);
  }

  /** Enough others are left: what fails everywhere is no reason to have nobody. */
  #mayEject(name: string, server: string): boolean {
    const farm = this.#farms.get(name);
    if (farm === undefined || farm.liveTraffic === null) return false;
    const ejected = this.#watches(name).filter((watch) => watch.ejected).length;
    const most = Math.floor(farm.liveTraffic.maxEjected * farm.members.length);
    return ejected < most && this.#othersLeft(name, server) >= Math.max(farm.minimumServers, 1);
  }

  /** One on trial carries next to nothing, one that was taken out nothing at all. */
  #othersLeft(farm: string, server: string): number {
    const { wanted = () => true } = this.#options;
    return this.#watches(farm).filter(
      ({ health, options: { config } }) =>
        config.server !== server && health.available && !health.trial && wanted(farm, config.server),
    ).length;
  }

  #available(farm: string): number {
    return this.#watches(farm).filter(({ health }) => health.available).length;
  }

  #watches(farm: string): MemberWatch[] {
    const members = this.#farms.get(farm)?.members ?? [];
    return members.flatMap(({ server }) => this.#members.get(memberKey(farm, server)) ?? []);
  }
}

function kindOf(code: FaultCode): LiveFailure["kind"] {
  if (code === "member-503" || code === "member-status") return "refused";
  return code === "response-timeout" || code === "attempt-timeout" ? "slow" : "broken";
}

function findings({ health, options }: MemberWatch): CheckFindings {
  return options.check?.findings ?? health;
}

/** At another address it is another member. */
function sameAddress(one: MemberWatch, other: MemberWatch): boolean {
  return addressOf(one.options.config) === addressOf(other.options.config);
}

/** The same for members of several farms that are checked alike: a server's name plays no part, its address does. */
function keyOf({ member, health, tls }: CheckSubject): string {
  return JSON.stringify([addressOf(member), member.identity, health, tls]);
}

function addressOf({ protocol, host, port }: MemberConfig): string {
  return JSON.stringify([protocol, host, port]);
}
