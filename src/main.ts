import { hostname } from "node:os";
import { createAcmeKeeper, type AcmeKeeper } from "./acme/acme-keeper.ts";
import type { ChallengeSender } from "./acme/challenge-sender.ts";
import { certificateGetter } from "./acme/get-certificate.ts";
import { Apis } from "./admin/apis.ts";
import type { Admin } from "./admin/start-admin.ts";
import type { MetricsListener } from "./admin/start-metrics.ts";
import type { Config } from "./config/config.ts";
import { configurationEvent } from "./control/configuration-event.ts";
import { Configurations, type ConfigurationsOptions } from "./control/configurations.ts";
import type { Control } from "./control/control.ts";
import type { UpgradeOutcome } from "./control/upgrade-outcome.ts";
import { Webhook } from "./control/webhook.ts";
import { socketKeys } from "./listen/bound-sockets.ts";
import { proveListeners } from "./listen/prove-listeners.ts";
import type { Forwarding } from "./processes/forwarding.ts";
import { startSides, type Sides, type SidesOptions } from "./processes/start-sides.ts";
import { startProblem } from "./processes/start-problem.ts";

export interface FairleadOptions extends SidesOptions {
  /** Reads the configuration again for a reload; left out: it can't be read again. */
  readonly load?: ConfigurationsOptions["load"];
  /** Starts a new version of the program in the place of this router; left out: that can't be done here. */
  readonly upgrade?: (router: Fairlead) => Promise<UpgradeOutcome>;
  /** Awaited between the first connection and the opening of the admin API. */
  readonly beforeApis?: () => Promise<void>;
}

/** A running router. */
export interface Fairlead {
  readonly control: Control;
  readonly configurations: Configurations;
  readonly forwarding: Forwarding;
  /** The handles and keys that another process needs to take this one's place. */
  readonly estate: Pick<Sides, "sockets" | "ticketKeys">;
  /** Of the configuration in force, in its order. */
  readonly listeners: readonly { readonly port: number }[];
  readonly admin: Admin | null;
  readonly metrics: MetricsListener | null;
  /** Puts ACME challenges in force in all workers. */
  readonly challenges: Pick<ChallengeSender, "set">;
  /** How getting certificates goes. */
  readonly acme: Pick<AcmeKeeper, "status">;
  /** Sends the forwarding side's numbers to the control side now instead of within a second; only with `workers: 0`. */
  report(): void;
  /** Puts another configuration in force; rejects, with nothing changed, where a port can't be had. */
  apply(config: Config): Promise<void>;
  /** Log files were moved away by somebody else: goes on with new ones. */
  reopenLogs(): void;
  /** Leaves all ports to another process that has taken this one's place; `apisClosed` is called first. */
  leave(graceMs: number, apisClosed: () => void): Promise<void>;
  /** Takes no new requests, lets running ones end for at most `graceMs`, then closes everything. */
  close(graceMs: number): Promise<void>;
}

/**
 * The composition root: from a configuration to a running router, the side that decides and the side that forwards joined
 * by messages alone. Rejects, with nothing left running, where a port can't be had.
 */
export async function startFairlead(config: Config, options: FairleadOptions): Promise<Fairlead> {
  proveListeners(config);
  const sides = await startSides(config, options);
  try {
    await options.beforeApis?.();
    // The router whose place this one takes could be told of states until now.
    sides.control.administration.reread();
    const router = compose(config, sides, options);
    await router.open();
    return router;
  } catch (error) {
    await sides.stop(0);
    throw error;
  }
}

function compose(first: Config, sides: Sides, options: FairleadOptions): Fairlead & { open(): Promise<void> } {
  const { control, forwarding } = sides;
  const { clock, log } = options;
  const apply = async (config: Config): Promise<void> => applyToAll(config, sides, { apis, acme, webhook });
  const configurations = createConfigurations(first, apply, sides, options);
  const upgrade = async (): Promise<UpgradeOutcome> =>
    options.upgrade?.(router) ?? { upgraded: false, problem: "this router can't be replaced while it runs" };
  const acme = keepCertificates(configurations, sides.challenges, options);
  const webhook = createWebhook(control, options);
  const apis = new Apis({ control, configurations, forwarding, acme, upgrade, clock, log });
  const router: Fairlead & { open(): Promise<void> } = {
    control,
    configurations,
    forwarding,
    estate: sides,
    get listeners() {
      return portsOf(sides);
    },
    get admin() {
      return apis.admin;
    },
    get metrics() {
      return apis.metrics;
    },
    challenges: sides.challenges,
    acme,
    report: () => forwarding.report(),
    apply,
    async open() {
      (await apis.apply(first)).commit();
      acme.apply(first.acme);
      webhook.open(first.events.webhook);
    },
    reopenLogs: () => sides.reopenLogs(),
    async leave(graceMs, apisClosed) {
      acme.close();
      await apis.close();
      apisClosed();
      control.administration.follow();
      sides.sockets.giveAway();
      // The other process tells of what happens from now on.
      await Promise.all([webhook.close(), sides.stop(graceMs, true)]);
    },
    async close(graceMs) {
      acme.close();
      await sides.stop(graceMs);
      await Promise.all([webhook.close(), apis.close()]);
    },
  };
  return router;
}

function createConfigurations(
  first: Config,
  put: ConfigurationsOptions["put"],
  { control }: Sides,
  { load, clock, log }: FairleadOptions,
): Configurations {
  return new Configurations({
    first,
    load: load ?? (async () => Promise.reject(new Error("the configuration can't be read again here"))),
    put,
    explain: (error, loaded) => startProblem(loaded, error),
    reloaded: (applied) => control.reloaded(applied),
    decided: (by, outcome) => void control.events.add(configurationEvent(by, outcome)),
    clock,
    log,
  });
}

function keepCertificates(
  configurations: Configurations,
  challenges: ChallengeSender,
  { clock, random, log }: FairleadOptions,
): AcmeKeeper {
  const get = certificateGetter({ clock, log, challenges });
  // What is kept on disk is read again, as when an admin puts a certificate there.
  const onIssued = async (): Promise<void> => void (await configurations.reload("certificate"));
  return createAcmeKeeper({ clock, random, log, get, onIssued });
}

function createWebhook({ events }: Control, { version = "", clock, random, log }: FairleadOptions): Webhook {
  return new Webhook(events, { clock, random, log, fetch, router: hostname(), version });
}

interface Beside {
  readonly apis: Apis;
  readonly acme: AcmeKeeper;
  readonly webhook: Webhook;
}

/** All of it or, where a port can't be had, nothing. */
async function applyToAll(config: Config, sides: Sides, { apis, acme, webhook }: Beside): Promise<void> {
  proveListeners(config);
  const change = await apis.apply(config);
  try {
    await sides.apply(config);
  } catch (error) {
    await change.undo();
    throw error;
  }
  change.commit();
  acme.apply(config.acme);
  webhook.apply(config.events.webhook);
}

function portsOf({ control, sockets }: Sides): { readonly port: number }[] {
  return socketKeys(control.config.listeners).map((key) => ({ port: sockets.all.get(key)?.port ?? 0 }));
}
