import type { ChallengeSender } from "./acme/challenge-sender.ts";
import { startAdmin, type Admin } from "./admin/start-admin.ts";
import { startMetrics, type MetricsListener } from "./admin/start-metrics.ts";
import type { Config } from "./config/config.ts";
import type { Control } from "./control/control.ts";
import { socketKeys } from "./listen/bound-sockets.ts";
import type { Forwarding } from "./processes/forwarding.ts";
import { startSides, type Sides, type SidesOptions } from "./processes/start-sides.ts";

/** A running router. */
export interface Fairlead {
  readonly control: Control;
  readonly forwarding: Forwarding;
  /** Of the configuration in force, in its order. */
  readonly listeners: readonly { readonly port: number }[];
  readonly admin: Admin | null;
  readonly metrics: MetricsListener | null;
  /** Puts ACME challenges in force in all workers. */
  readonly challenges: Pick<ChallengeSender, "set">;
  /** Sends the forwarding side's numbers to the control side now instead of within a second; only with `workers: 0`. */
  report(): void;
  /** Puts another configuration in force; rejects with a ListenError, with nothing changed, where a port can't be had. */
  apply(config: Config): Promise<void>;
  /** Takes no new requests, lets running ones end for at most `graceMs`, then closes everything. */
  close(graceMs: number): Promise<void>;
}

/**
 * The composition root: from a configuration to a running router, the side that decides and the side that forwards joined
 * by messages alone. Rejects, with nothing left running, where a port can't be had.
 */
export async function startFairlead(config: Config, options: SidesOptions): Promise<Fairlead> {
  const sides = await startSides(config, options);
  const { control, forwarding } = sides;
  try {
    const { admin, metrics } = await startApis(config, { control, log: options.log });
    return {
      control,
      forwarding,
      get listeners() {
        return portsOf(sides);
      },
      admin,
      metrics,
      challenges: sides.challenges,
      report: () => forwarding.report(),
      apply: (next) => sides.apply(next),
      async close(graceMs) {
        await sides.stop(graceMs);
        await metrics?.close();
        await admin?.close();
      },
    };
  } catch (error) {
    await sides.stop(0);
    throw error;
  }
}

type ApiOptions = Pick<Parameters<typeof startAdmin>[0], "control" | "log">;

/** Last of all: whoever sees the admin API sees a router that serves. */
async function startApis(config: Config, options: ApiOptions): Promise<Pick<Fairlead, "admin" | "metrics">> {
  const admin = config.admin === null ? null : await startAdmin({ ...config.admin, ...options });
  try {
    return { admin, metrics: config.metrics === null ? null : await startMetrics({ ...config.metrics, ...options }) };
  } catch (error) {
    await admin?.close();
    throw error;
  }
}

function portsOf({ control, sockets }: Sides): { readonly port: number }[] {
  return socketKeys(control.config.listeners).map((key) => ({ port: sockets.all.get(key)?.port ?? 0 }));
}
