import { certificateExpiry, type ExpiryLevel } from "../config/certificate-expiry.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../observe/log.ts";
import type { Clock, Timer } from "../util/clock.ts";

const lookEveryMs = 3_600_000;

/** Says when a certificate of a listener is about to expire or has expired: 30 days, 7 days and a day before, once each. */
export class ExpiryWatch {
  readonly #clock: Clock;
  readonly #log: Log;
  /** What was said last, by certificate. */
  #said = new Map<string, ExpiryLevel>();
  #config: Pick<Config, "listeners"> = { listeners: [] };
  readonly #timer: Timer;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
    this.#timer = clock.every(lookEveryMs, () => this.#look());
  }

  apply(config: Pick<Config, "listeners">): void {
    this.#config = config;
    this.#look();
  }

  close(): void {
    this.#timer.cancel();
  }

  #look(): void {
    const said = new Map<string, ExpiryLevel>();
    for (const { file, names, serial, notAfter, level, daysLeft } of certificateExpiry(
      this.#config,
      this.#clock.now(),
    )) {
      const certificate = `${file} ${serial} ${notAfter}`;
      said.set(certificate, level);
      if (level === "none" || this.#said.get(certificate) === level) continue;
      const until = new Date(notAfter).toISOString();
      const fields = { file, names: names.join(", "), until };
      if (level === "expired") this.#log("certificate.expired", fields);
      else this.#log("certificate.expires-soon", { ...fields, days: daysLeft });
    }
    this.#said = said;
  }
}
