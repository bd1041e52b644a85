import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config/config.ts";
import { type Admin, type AdminOptions, startAdmin } from "./start-admin.ts";
import { startMetrics, type MetricsListener } from "./start-metrics.ts";

type ApiOptions = Omit<AdminOptions, "address" | "port">;

const answerMs = 1000;

interface Open<L> {
  readonly config: unknown;
  readonly listener: L;
}

/** What another configuration changes, until it is certain that it comes into force. */
export interface ApiChange {
  commit(): void;
  undo(): Promise<void>;
}

/** The admin API and the metrics' own port, as the configuration in force wants them. */
export class Apis {
  readonly #options: ApiOptions;
  #admin: Open<Admin> | null = null;
  #metrics: Open<MetricsListener> | null = null;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  get admin(): Admin | null {
    return this.#admin?.listener ?? null;
  }

  get metrics(): MetricsListener | null {
    return this.#metrics?.listener ?? null;
  }

  /** Opens what `config` has moved or added; rejects, with nothing changed, where a port can't be had. */
  async apply(config: Pick<Config, "admin" | "metrics">): Promise<ApiChange> {
    const options = this.#options;
    const admin = await replacement(this.#admin, config.admin, (place) => startAdmin({ ...place, ...options }));
    try {
      const metrics = await replacement(this.#metrics, config.metrics, (place) =>
        startMetrics({ ...place, ...options }),
      );
      return {
        commit: () => {
          const replaced: { readonly close: () => Promise<void> }[] = [];
          if (this.#admin !== null && this.#admin !== admin) replaced.push(this.#admin.listener);
          if (this.#metrics !== null && this.#metrics !== metrics) replaced.push(this.#metrics.listener);
          this.#admin = admin;
          this.#metrics = metrics;
          // The wish may have come by the one that is closed: its answer goes out first.
          for (const listener of replaced) options.clock.after(answerMs, () => void listener.close());
        },
        undo: async () => {
          if (admin !== this.#admin) await admin?.listener.close();
          if (metrics !== this.#metrics) await metrics?.listener.close();
        },
      };
    } catch (error) {
      if (admin !== this.#admin) await admin?.listener.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#metrics?.listener.close();
    await this.#admin?.listener.close();
  }
}

async function replacement<P, L>(open: Open<L> | null, place: P | null, start: (place: P) => Promise<L>) {
  if (place === null) return null;
  if (open !== null && isDeepStrictEqual(open.config, place)) return open;
  return { config: place, listener: await start(place) };
}
