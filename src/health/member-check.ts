import type { HealthConfig, MemberConfig, MemberTlsConfig } from "../config/config.ts";
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

/** What is known of one member at one time. */
export interface MemberHealth {
  readonly available: boolean;
  /** False until the first verdict. */
  readonly known: boolean;
  /** When `available` last changed or was first known, milliseconds since 1970. */
  readonly since: number;
  readonly lastCheck: HealthResult | null;
  /** The check that failed last; why the member is out, if it is. */
  readonly lastFailure: HealthResult | null;
}

export interface MemberCheckOptions {
  readonly subject: CheckSubject;
  /** What was known under another check of the same member; it stands until the first check decides. */
  readonly before: MemberHealth | null;
  readonly check: Check;
  readonly clock: Clock;
  readonly random: Random;
  readonly onChange: (health: MemberHealth) => void;
}

/** Checks begin at least this long after one another, whatever the live traffic reports. */
const minGapMs = 200;

/** The schedule of one check and what it found. Begins with a check at once. */
export class MemberCheck {
  readonly #options: MemberCheckOptions;
  readonly #abort = new AbortController();
  #threshold: Threshold;
  #health: MemberHealth;
  #timer: Timer | null = null;
  #running = false;
  /** A live failure came while a check was running, which may have begun before it. */
  #again = false;
  #startedAt = 0;

  constructor(options: MemberCheckOptions) {
    const { before, clock } = options;
    this.#options = options;
    this.#threshold = createThreshold(before?.available ?? false);
    this.#health = before ?? { available: false, known: false, since: clock.now(), lastCheck: null, lastFailure: null };
    this.#start();
  }

  get health(): MemberHealth {
    return this.#health;
  }

  /** Live traffic failed: counted, and checked as soon as may be. Any number of them makes one check. */
  liveFailure(): void {
    if (!this.#threshold.settled || !this.#threshold.available) return;
    this.#count("live-failed");
    if (this.#running) this.#again = true;
    else this.#schedule(0);
  }

  /** What a running check finds is not wanted any more. */
  close(): void {
    this.#abort.abort();
    this.#timer?.cancel();
  }

  #start(): void {
    const { subject, check, clock } = this.#options;
    const { signal } = this.#abort;
    this.#timer?.cancel();
    this.#running = true;
    this.#startedAt = clock.monotonic();
    const done = (result: HealthResult): void => {
      if (!signal.aborted) this.#finish(result);
    };
    void check(subject.member, subject.health, subject.tls, { clock, signal }).then(done);
  }

  #finish(result: HealthResult): void {
    this.#running = false;
    const again = this.#again;
    this.#again = false;
    // A pass that may have begun before the live failure does not refute it.
    const stale = again && result.ok;
    const before = this.#health;
    if (result.inconclusive === true) {
      this.#schedule(this.#options.subject.health.whileFailingMs);
      return;
    }
    if (!stale) this.#count(result.ok ? "check-passed" : "check-failed");
    const { available } = this.#threshold;
    const changed = available !== before.available || !before.known;
    this.#health = {
      available,
      known: true,
      since: changed ? this.#options.clock.now() : before.since,
      lastCheck: result,
      lastFailure: result.ok ? before.lastFailure : result,
    };
    this.#schedule(again ? 0 : this.#intervalMs());
    if (changed) this.#options.onChange(this.#health);
  }

  #count(signal: HealthSignal): void {
    this.#threshold = nextThreshold(this.#threshold, signal, this.#options.subject.health);
  }

  /** Counted from the start of the last check, so that slow answers do not stretch the interval. */
  #schedule(intervalMs: number): void {
    const { clock } = this.#options;
    const elapsedMs = clock.monotonic() - this.#startedAt;
    this.#timer?.cancel();
    this.#timer = clock.after(Math.max(Math.max(intervalMs, minGapMs) - elapsedMs, 0), () => this.#start());
  }

  #intervalMs(): number {
    const { subject, random } = this.#options;
    const { everyMs, whileFailingMs, jitter } = subject.health;
    const calm = this.#threshold.available && this.#threshold.streak === 0;
    return (calm ? everyMs : whileFailingMs) * (1 + jitter * (2 * random() - 1));
  }
}
