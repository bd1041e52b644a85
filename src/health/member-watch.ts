import type { LiveTrafficConfig, MemberConfig } from "../config/farm-config.ts";
import type { Clock, Timer } from "../util/clock.ts";
import { type Ejection, type EjectionSignal, nextEjection, notEjected } from "./ejection.ts";
import type { CheckFindings, MemberCheck } from "./member-check.ts";
import type { MemberHealth } from "./member-health.ts";

export interface MemberWatchOptions {
  readonly farm: string;
  readonly config: MemberConfig;
  /** null: its farm has none. */
  readonly check: MemberCheck | null;
  /** null: requests say nothing about it. */
  readonly live: LiveTrafficConfig | null;
  readonly clock: Clock;
  /** When nothing but live traffic speaks of it: since when it has been configured, milliseconds since 1970. */
  readonly since: number;
  readonly onChange: () => void;
}

/** A request that failed. */
export interface LiveFailure {
  readonly reason: string;
  /** "refused": by a status. "slow": not answered in time, which may lie in what was asked. "broken": not at all, or not wholly. */
  readonly kind: "refused" | "slow" | "broken";
}

/**
 * So many times `fails` requests that are broken off within the time are out even where the check passes: it does not see
 * what they meet.
 */
const insistence = 5;

/** What the check and live traffic say of one member, together. */
export class MemberWatch {
  readonly options: MemberWatchOptions;
  #ejection: Ejection = notEjected;
  /** When requests failed lately, monotonic milliseconds; not more than are enough. */
  #recent: readonly number[] = [];
  #ejectedSince = 0;
  #reason = "";
  #timer: Timer | null = null;
  /** Of a member without a check. */
  readonly #unchecked: CheckFindings;
  #health: { readonly found: CheckFindings; readonly ejection: Ejection; readonly health: MemberHealth } | null = null;

  constructor(options: MemberWatchOptions) {
    this.options = options;
    this.#unchecked = { available: true, known: true, since: options.since, lastCheck: null, lastFailure: null };
  }

  /** The same object as long as nothing has changed. */
  get health(): MemberHealth {
    const found = this.options.check?.findings ?? this.#unchecked;
    if (this.#health?.found !== found || this.#health.ejection !== this.#ejection) {
      this.#health = { found, ejection: this.#ejection, health: this.#healthFrom(found) };
    }
    return this.#health.health;
  }

  #healthFrom(found: CheckFindings): MemberHealth {
    const { phase } = this.#ejection;
    // The check's word is the last one: what fails it is not even tried.
    if (phase === "none" || !found.available) {
      const since = Math.max(found.since, this.options.check === null ? this.#ejectedSince : 0);
      return { ...found, since, trial: false, reason: reasonOf(found), by: "check" };
    }
    const since = Math.max(found.since, this.#ejectedSince);
    return {
      ...found,
      available: phase === "trial",
      trial: phase === "trial",
      since,
      reason: this.#reason,
      by: "live traffic",
    };
  }

  /** It gets no requests for a time, because of live traffic. */
  get ejected(): boolean {
    return this.#ejection.phase === "out";
  }

  /** Takes over what live traffic has decided under the configuration before. */
  continue(before: MemberWatch): void {
    before.close();
    if (this.options.live === null) return;
    this.#ejection = before.#ejection;
    this.#ejectedSince = before.#ejectedSince;
    this.#reason = before.#reason;
    this.#wake();
  }

  /** A request failed in a way that counts. `mayEject`: others are left to carry its requests. */
  liveFailure({ reason, kind }: LiveFailure, mayEject: boolean): void {
    const { check, live } = this.options;
    if (live === null) return;
    const now = this.#now();
    this.#recent = [...this.#recent, now].filter((at) => now - at <= live.withinMs).slice(-live.fails);
    if (!this.#ejects) check?.liveFailure(this.#recent.length >= live.fails);
    if (!this.#ejects && kind === "refused") {
      // It was put out for not answering, and it does.
      this.answered();
      return;
    }
    if (!this.#ejects && kind === "slow" && this.#ejection.phase !== "trial") return;
    const before = this.#ejection.phase;
    this.#signal({ type: "failed", now, mayEject }, reason);
    if (before !== this.#ejection.phase) this.options.onChange();
  }

  /** A request that tried it was answered. */
  answered(): void {
    if (this.#ejection.phase !== "trial") return;
    this.#signal({ type: "answered", now: this.#now() });
    this.options.onChange();
  }

  /** Requests wait, and nothing comes from it. */
  silence(): void {
    if (this.options.live !== null) this.options.check?.silence();
  }

  close(): void {
    this.#timer?.cancel();
  }

  /** Where there is no check, only time can bring a member back. */
  get #ejects(): boolean {
    const { check, live } = this.options;
    return live !== null && (live.action === "eject" || check === null);
  }

  #signal(signal: EjectionSignal, reason = ""): void {
    const { live, clock } = this.options;
    if (live === null) return;
    const before = this.#ejection;
    this.#ejection = nextEjection(before, signal, this.#ejects ? live : { ...live, fails: live.fails * insistence });
    if (this.#ejection.phase === before.phase) return;
    this.#ejectedSince = clock.now();
    if (reason !== "") this.#reason = reason;
    this.#wake();
  }

  /** At the end of its time out. */
  #wake(): void {
    const { clock, onChange } = this.options;
    this.#timer?.cancel();
    if (this.#ejection.phase !== "out") return;
    const { until } = this.#ejection;
    this.#timer = clock.after(Math.max(until - this.#now(), 0), () => {
      // Timers of the machine may ring a little early, and nothing would ring again.
      this.#signal({ type: "time", now: Math.max(this.#now(), until) });
      onChange();
    });
  }

  #now(): number {
    return this.options.clock.monotonic();
  }
}

function reasonOf({ known, available, lastFailure }: CheckFindings): string | null {
  if (!known) return "not checked yet";
  return available || lastFailure === null ? null : `${lastFailure.asked}: ${lastFailure.came}`;
}
