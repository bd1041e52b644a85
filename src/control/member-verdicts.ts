import type { Config } from "../config/config.ts";
import type { FarmConfig, MemberConfig } from "../config/farm-config.ts";
import type { MemberVerdict } from "../farm/messages.ts";
import type { MemberHealth } from "../health/member-health.ts";
import { memberKey, memberKeys } from "../health/member-key.ts";
import type { Clock } from "../util/clock.ts";
import type { EffectiveState } from "./operator-states.ts";

export interface VerdictSources {
  readonly health: (farm: string, server: string) => MemberHealth | null;
  readonly state: (farm: string, server: string) => EffectiveState;
}

interface Known {
  readonly available: boolean;
  /** Milliseconds since 1970: until then it gets less than its share. */
  readonly warmUntil: number;
}

/** Members that stopped working within this time of one another did so together. */
const togetherMs = 10_000;

/** What is known of a member and wanted of it, put together for those who forward. */
export class MemberVerdicts {
  readonly #clock: Clock;
  readonly #sources: VerdictSources;
  readonly #known = new Map<string, Known>();
  /** What the workers believe. */
  readonly #sent = new Map<string, string>();

  constructor(clock: Clock, sources: VerdictSources) {
    this.#clock = clock;
    this.#sources = sources;
  }

  /** A new configuration is in force: forgets members that are gone, and what was sent. */
  configured({ farms }: Config): void {
    const keys = memberKeys(farms);
    for (const key of this.#known.keys()) if (!keys.has(key)) this.#known.delete(key);
    this.#sent.clear();
  }

  all(farms: readonly FarmConfig[]): MemberVerdict[] {
    return farms.flatMap((farm) => this.#ofFarm(farm));
  }

  /** Those that differ from what was sent last; they count as sent. */
  changed(farms: readonly FarmConfig[]): MemberVerdict[] {
    return this.all(farms).filter((verdict) => {
      const key = memberKey(verdict.farm, verdict.server);
      const text = JSON.stringify({ ...verdict, warmMs: verdict.warmMs > 0 });
      if (this.#sent.get(key) === text) return false;
      this.#sent.set(key, text);
      return true;
    });
  }

  #ofFarm(farm: FarmConfig): MemberVerdict[] {
    // Those that were taken out may be down for reasons of their own.
    const wanted = farm.members.filter(({ server }) => this.#sources.state(farm.name, server).state === "available");
    const lastDown = Math.max(0, ...wanted.map((member) => this.#downSince(farm, member)));
    return farm.members.map((member) => {
      const { server } = member;
      const health = this.#sources.health(farm.name, server);
      const { state, cut } = this.#sources.state(farm.name, server);
      const good = this.#downSince(farm, member) >= lastDown - togetherMs;
      return {
        farm: farm.name,
        server,
        health: healthWord(health),
        state,
        cut,
        fallback: state === "available" && isFallback(farm, health, good),
        warmMs: this.#warmMs(farm, server, health, state === "available"),
      };
    });
  }

  /** When it stopped working; 0 = it works, or was never known to. */
  #downSince({ name }: FarmConfig, { server }: MemberConfig): number {
    const health = this.#sources.health(name, server);
    return health === null || health.available || !health.known ? 0 : health.since;
  }

  /** The first verdict of all brings no slow start: nobody else is warm either. */
  #warmMs({ name, slowStartMs }: FarmConfig, server: string, health: MemberHealth | null, wanted: boolean): number {
    if (health === null || !health.known) return 0;
    const key = memberKey(name, server);
    const now = this.#clock.now();
    const before = this.#known.get(key);
    const available = health.available && !health.trial && wanted;
    const returns = available && before?.available === false;
    const warmUntil = returns ? now + slowStartMs : available ? (before?.warmUntil ?? 0) : 0;
    this.#known.set(key, { available, warmUntil });
    return Math.max(0, warmUntil - now);
  }
}

function healthWord(health: MemberHealth | null): MemberVerdict["health"] {
  if (health === null || !health.available) return "down";
  return health.trial ? "trial" : "up";
}

function isFallback({ failover }: FarmConfig, health: MemberHealth | null, good: boolean): boolean {
  if (failover.allDown === "refuse" || health === null || !health.known) return false;
  return failover.allDown === "panic" || good;
}
