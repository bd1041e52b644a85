import type { AcmeCertificateConfig, CertificateConfig } from "../config/config.ts";
import type { Clock } from "../util/clock.ts";
import type { Random } from "../util/random.ts";
import { AcmeProblem } from "./acme-problem.ts";
import type { AcmeStatus } from "../farm/acme-status.ts";
import { readCertificate } from "./certificate-file.ts";
import { renewalTime, retryDelay } from "./renewal-schedule.ts";

/** One certificate, how getting it has gone, and when the next try is due. */
export class KeptCertificate {
  readonly config: AcmeCertificateConfig;
  /** Failures in a row. */
  failures = 0;
  readonly #clock: Clock;
  readonly #random: Random;
  /** undefined: not looked yet. */
  #stored: CertificateConfig | null | undefined;
  #renewal = 0;
  #notBefore = 0;
  #lastTry: number | null = null;
  #problem: string | null = null;

  constructor(config: AcmeCertificateConfig, clock: Clock, random: Random) {
    this.config = config;
    this.#clock = clock;
    this.#random = random;
  }

  /** Milliseconds since 1970. */
  get due(): number {
    return Math.max(this.#renewal, this.#notBefore);
  }

  /** Looks at the file, which others may have written. Returns what is new in it. Rejects where it is damaged. */
  async look(): Promise<CertificateConfig | null> {
    const before = this.#stored;
    const stored = await readCertificate(this.config, this.#clock.now());
    const isNew = stored?.serial !== before?.serial;
    if (isNew || stored === null) this.#keep(stored);
    return isNew && before !== undefined ? stored : null;
  }

  /** A try begins. */
  began(): void {
    this.#lastTry = this.#clock.now();
  }

  succeeded(certificate: CertificateConfig): void {
    this.failures = 0;
    this.#problem = null;
    this.#notBefore = 0;
    this.#keep(certificate);
  }

  failed(error: unknown): void {
    this.failures += 1;
    const { type, retryAfterMs } = error instanceof AcmeProblem ? error : { type: "", retryAfterMs: 0 };
    this.#problem = error instanceof Error ? error.message : String(error);
    this.#notBefore = this.#clock.now() + retryDelay({ count: this.failures, type, retryAfterMs }, this.#random);
  }

  /** Not a failure, but nothing to be done for now. */
  wait(durationMs: number): void {
    this.#notBefore = this.#clock.now() + durationMs;
  }

  status(): AcmeStatus {
    const { names, key } = this.config;
    return {
      names,
      key,
      notAfter: this.#stored ? iso(this.#stored.notAfter) : null,
      lastTry: this.#lastTry === null ? null : iso(this.#lastTry),
      problem: this.#problem,
      nextTry: iso(Math.max(this.due, this.#clock.now())),
    };
  }

  #keep(stored: CertificateConfig | null): void {
    this.#stored = stored;
    const covers = this.config.names.every((name) => stored?.names.includes(name) === true);
    this.#renewal = stored === null || !covers ? 0 : renewalTime(stored, this.#random);
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
