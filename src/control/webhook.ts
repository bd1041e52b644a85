import { isDeepStrictEqual } from "node:util";
import type { WebhookConfig } from "../config/config.ts";
import type { Log } from "../observe/log.ts";
import type { Clock, Timer } from "../util/clock.ts";
import type { Random } from "../util/random.ts";
import { EventQueue } from "./event-queue.ts";
import type { EventRing } from "./event-ring.ts";
import { type Fetch, postEvents, type PostProblem } from "./post-events.ts";
import type { RouterEvent } from "./router-event.ts";

export interface WebhookOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly fetch: Fetch;
  /** The name of this machine. */
  readonly router: string;
  /** Of the product. */
  readonly version: string;
}

const maxWaiting = 1000;
const maxBatch = 100;
/** What happens together goes out together. */
const gatherMs = 100;
const firstRetryMs = 1000;
const longestRetryMs = 300_000;
const closeWithinMs = 2000;

/** Delivers events to another program: one request at a time, in order, again and again until they have arrived. */
export class Webhook {
  readonly #ring: EventRing;
  readonly #options: WebhookOptions;
  readonly #abort = new AbortController();
  #config: WebhookConfig | null = null;
  #queue = new EventQueue(maxWaiting);
  #unsubscribe = (): void => undefined;
  #timer: Timer | null = null;
  #sending: Promise<void> = Promise.resolve();
  #busy = false;
  /** In a row. */
  #failures = 0;
  #closed = false;

  constructor(ring: EventRing, options: WebhookOptions) {
    this.#ring = ring;
    this.#options = options;
  }

  /** From now on; what happened before, since the start of the router, is delivered as well. */
  open(config: WebhookConfig | null): void {
    this.apply(config);
    for (const event of this.#ring.since(0)) this.#add(event);
    this.#unsubscribe = this.#ring.subscribe((event) => this.#add(event));
  }

  /** What waits goes to the new place, at once. null: nothing is delivered any more. */
  apply(config: WebhookConfig | null): void {
    if (isDeepStrictEqual(config, this.#config)) return;
    this.#config = config;
    this.#failures = 0;
    this.#timer?.cancel();
    this.#timer = null;
    if (config === null) this.#queue = new EventQueue(maxWaiting);
    if (this.#queue.length > 0) this.#sendAfter(0);
  }

  /** Resolves when what waits was sent once, or soon. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#unsubscribe();
    this.#timer?.cancel();
    if (!this.#busy) this.#sending = this.#send();
    const ended = new Error("no answer before the router ended");
    const timer = this.#options.clock.after(closeWithinMs, () => this.#abort.abort(ended));
    await this.#sending;
    timer.cancel();
  }

  #add(event: RouterEvent): void {
    if (this.#config === null || this.#config.kinds?.includes(event.kind) === false) return;
    this.#queue.add(event);
    this.#sendAfter(gatherMs);
  }

  /** Nothing, where that is under way or the time for the next try is set. */
  #sendAfter(delayMs: number): void {
    if (this.#closed || this.#timer !== null || this.#busy) return;
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.#timer = null;
      this.#sending = this.#send();
    });
  }

  /** All that waits, until one try fails. */
  async #send(): Promise<void> {
    this.#busy = true;
    let delayMs: number | null = null;
    while (delayMs === null && this.#config !== null && this.#queue.length > 0) {
      delayMs = await this.#sendBatch(this.#config, this.#queue);
    }
    this.#busy = false;
    if (delayMs !== null) this.#sendAfter(delayMs);
  }

  /** Gives the time until the next try; null = go on. */
  async #sendBatch(config: WebhookConfig, queue: EventQueue): Promise<number | null> {
    const { router } = this.#options;
    const events = queue.batch(maxBatch);
    const { dropped } = queue;
    const options = { ...this.#options, signal: this.#abort.signal };
    const outcome = await postEvents(config, { router, events, dropped }, options);
    if (outcome === null) {
      queue.delivered(events, dropped);
      if (this.#failures > 0) this.#options.log("events.webhook-recovered", { host: hostOf(config) });
      this.#failures = 0;
      return null;
    }
    // What another place said is nothing to the new one.
    if (config !== this.#config) return null;
    if (outcome.final) queue.givenUp(events);
    this.#say(config, outcome.problem, this.#lost(outcome, events.length));
    const delayMs = Math.min(firstRetryMs * 2 ** this.#failures++, longestRetryMs);
    return outcome.final ? null : delayMs * (1 - this.#options.random() / 2);
  }

  #lost({ final }: NonNullable<PostProblem>, refused: number): number {
    if (final) return refused;
    return this.#closed ? this.#queue.length : 0;
  }

  /** Once in a row of failures, and where events are lost. */
  #say(config: WebhookConfig, problem: string, lost: number): void {
    if (this.#failures > 0 && lost === 0) return;
    const next = lost > 0 ? `events given up: ${lost}` : "it is tried again until they do";
    this.#options.log("events.webhook-failed", { host: hostOf(config), problem, next });
  }
}

/** All of its URL that may be told. */
function hostOf({ url }: WebhookConfig): string {
  return URL.canParse(url) ? new URL(url).host : "?";
}
