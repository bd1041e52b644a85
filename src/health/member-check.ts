import type { HealthConfig, MemberConfig, MemberTlsConfig } from "../config/farm-config.ts";
import type { Clock, Timer } from "../util/clock.ts";
import type { Random } from "../util/random.ts";
import type { Check } from "./check.ts";
import type { HealthResult } from "./health-result.ts";
import { type HealthSignal, type Threshold, createThreshold, nextThreshold } from "./threshold.ts";

/** What is checked and how. Members of several farms that agree in all of it share one. */
export interface CheckSubject {
  readonly member: MemberConfig;
  readonly health: HealthConfig;
  readonly tls: MemberTlsConfig;
}

/** What one check has found so far. */
export interface CheckFindings {
  readonly available: boolean;
  /** False until the first verdict. */
  readonly known: boolean;
  /** When `available` last changed or was first known, milliseconds since 1970. */
  readonly since: number;
  readonly lastCheck: HealthResult | null;
  /** The check that failed last. */
  readonly lastFailure: HealthResult | null;
}

export interface MemberCheckOptions {
  readonly subject: CheckSubject;
  /** What was known under another check of the same member; it stands until the first check decides. */
  readonly before: CheckFindings | null;
  readonly check: Check;
  readonly clock: Clock;
  readonly random: Random;
  readonly onChange: () => void;
  /** Are there others that could take the member's requests? */
  readonly dispensable: () => boolean;
}

/** Checks begin at least this long after one another, whatever the live traffic reports. */
const minGapMs = 200;
/** A check that was called for by silence need not wait as long as others: four times its usual duration, but so long. */
const leastQuickMs = 1000;
const quickFactor = 4;

/** The schedule of one check and what it found. Begins with a check at once. */
export class MemberCheck {
  readonly #options: MemberCheckOptions;
  #threshold: Threshold;
  #findings: CheckFindings;
  #timer: Timer | null = null;
  /** Of the check that runs. */
  #running: { readonly abort: AbortController; readonly quick: boolean } | null = null;
  /** A live failure came while a check was running, which may have begun before it. */
  #again = false;
  /** The next one is, as silence asked for it. */
  #nextQuick = false;
  #startedAt = 0;
  #usualMs = 0;

  constructor(options: MemberCheckOptions) {
    const { before, clock } = options;
    this.#options = options;
    this.#threshold = createThreshold(before?.available ?? false);
    this.#findings = before ?? {
      available: false,
      known: false,
      since: clock.now(),
      lastCheck: null,
      lastFailure: null,
    };
    this.#start(false);
  }

  get findings(): CheckFindings {
    return this.#findings;
  }

  /**
   * Live traffic failed: counted, and checked as soon as may be. Any number of them makes one check. `enough`: so many that
   * one failed check is all that is missing.
   */
  liveFailure(enough: boolean): void {
    if (!this.#threshold.settled || !this.#threshold.available) return;
    this.#count(enough ? "live-alarm" : "live-failed");
    if (this.#running !== null) this.#again = true;
    else this.#schedule(0, this.#nextQuick);
  }

  /**
   * Requests wait and nothing comes. That may be meant so, but if the member hangs everybody waits for the check: it is made
   * at once, in place of one that already waits, and fails early.
   */
  silence(): void {
    if (!this.#threshold.settled || !this.#threshold.available || this.#running?.quick === true) return;
    this.#count("live-alarm");
    this.#running?.abort.abort();
    this.#running = null;
    this.#schedule(0, true);
  }

  /** What a running check finds is not wanted any more. */
  close(): void {
    this.#running?.abort.abort();
    this.#running = null;
    this.#timer?.cancel();
  }

  #start(quick: boolean): void {
    const { subject, check, clock } = this.#options;
    const running = { abort: new AbortController(), quick };
    this.#timer?.cancel();
    this.#running = running;
    this.#startedAt = clock.monotonic();
    const health = quick ? { ...subject.health, timeoutMs: this.#quickMs() } : subject.health;
    const done = (result: HealthResult): void => {
      if (this.#running === running) this.#finish(result, quick);
    };
    void check(subject.member, health, subject.tls, { clock, signal: running.abort.signal }).then(done);
  }

  #quickMs(): number {
    return Math.min(this.#options.subject.health.timeoutMs, Math.max(leastQuickMs, quickFactor * this.#usualMs));
  }

  #finish(result: HealthResult, quick: boolean): void {
    this.#running = null;
    const again = this.#again;
    this.#again = false;
    // Meanwhile the others have gone: nobody gains by haste, and what is only slow is better than nothing.
    if (quick && !result.ok && !this.#options.dispensable()) this.#schedule(0, false);
    else if (result.inconclusive === true) this.#schedule(this.#options.subject.health.whileFailingMs, false);
    else this.#judge(result, again);
  }

  /** `again`: a live failure came meanwhile. */
  #judge(result: HealthResult, again: boolean): void {
    // A pass that may have begun before the live failure does not refute it.
    const stale = again && result.ok;
    const before = this.#findings;
    if (result.ok) this.#usualMs = result.durationMs;
    if (!stale) this.#count(result.ok ? "check-passed" : "check-failed");
    const { available } = this.#threshold;
    const changed = available !== before.available || !before.known;
    this.#findings = {
      available,
      known: true,
      since: changed ? this.#options.clock.now() : before.since,
      lastCheck: result,
      lastFailure: result.ok ? before.lastFailure : result,
    };
    this.#schedule(again ? 0 : this.#intervalMs(), false);
    if (changed) this.#options.onChange();
  }

  #count(signal: HealthSignal): void {
    const { subject, dispensable } = this.#options;
    const { fall, rise } = subject.health;
    this.#threshold = nextThreshold(this.#threshold, signal, { fall, rise, dispensable });
  }

  /** Counted from the start of the last check, so that slow answers do not stretch the interval. */
  #schedule(intervalMs: number, quick: boolean): void {
    const { clock } = this.#options;
    const elapsedMs = clock.monotonic() - this.#startedAt;
    this.#nextQuick = quick;
    this.#timer?.cancel();
    this.#timer = clock.after(Math.max(Math.max(intervalMs, minGapMs) - elapsedMs, 0), () => this.#start(quick));
  }

  #intervalMs(): number {
    const { subject, random } = this.#options;
    const { everyMs, whileFailingMs, jitter } = subject.health;
    const calm = this.#threshold.available && this.#threshold.streak === 0;
    return (calm ? everyMs : whileFailingMs) * (1 + jitter * (2 * random() - 1));
  }
}
