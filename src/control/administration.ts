import type { Config } from "../config/config.ts";
import type { Log } from "../observe/log.ts";
import type { Clock, Timer } from "../util/clock.ts";
import {
  noStates,
  type EffectiveState,
  effectiveState,
  type ConfiguredStates,
  configuredStates,
  type OperatorState,
  type OperatorStates,
  stateOf,
  type StateScope,
  withState,
} from "./operator-states.ts";
import type { StateStore } from "./state-file.ts";

/** What an operator wants. */
export interface StateWish {
  readonly state: OperatorState["state"];
  readonly by: string;
  readonly note: string;
  /** From now on; then what is still under way is ended. null = it may take its time. */
  readonly deadlineMs: number | null;
  /** What is under way ends at once. */
  readonly cut: boolean;
}

/** A state was changed. */
export interface StateChange {
  readonly scope: StateScope;
  readonly before: OperatorState | null;
  readonly after: OperatorState;
}

interface AdministrationOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: StateStore;
  readonly onChange: (change: StateChange) => void;
  /** Another process has changed states. */
  readonly onReread: () => void;
}

const followEveryMs = 1000;
/** Timers of JavaScript end at 2^31 ms, and ring at once beyond: a deadline may be further away where a clock was set back. */
const longestWaitMs = 24 * 3_600_000;

/** The states that operators have given to servers and members, and their deadlines. */
export class Administration {
  readonly #options: AdministrationOptions;
  readonly #timers = new Map<string, Timer>();
  #states: OperatorStates;
  #configured: ConfiguredStates = configuredStates({ servers: [], farms: [] });
  /** Another process keeps the states; null = this one does. */
  #following: Timer | null = null;

  constructor(options: AdministrationOptions) {
    this.#options = options;
    this.#states = options.store.load();
    this.#watchDeadlines();
  }

  /** What the configuration in force says where operators say nothing. */
  configured(config: Pick<Config, "servers" | "farms">): void {
    this.#configured = configuredStates(config);
  }

  effective(farm: string, server: string): EffectiveState {
    return effectiveState(this.#states, this.#configured, { farm, server });
  }

  /** An operator's own word about a server or a member; null = there is none. */
  of(scope: StateScope): OperatorState | null {
    return stateOf(this.#states, scope);
  }

  /** false: it is in force, but could not be written down, and ends with this process. */
  set(scope: StateScope, { deadlineMs, ...wish }: StateWish): boolean {
    const now = this.#options.clock.now();
    const until = deadlineMs === null ? null : new Date(now + deadlineMs).toISOString();
    return this.#put(scope, { ...wish, at: new Date(now).toISOString(), until });
  }

  /** Takes over what another process has written down. */
  reread(): void {
    const states = this.#options.store.load();
    if (states === noStates || JSON.stringify(states) === JSON.stringify(this.#states)) return;
    this.#states = states;
    this.#watchDeadlines();
    this.#options.onReread();
  }

  /** Another process keeps the states from now on: what it decides counts for what still runs here as well. */
  follow(): void {
    this.#following ??= this.#options.clock.every(followEveryMs, () => this.reread());
  }

  close(): void {
    this.#following?.cancel();
    this.#cancelDeadlines();
  }

  #put(scope: StateScope, after: OperatorState): boolean {
    const before = this.of(scope);
    this.#states = withState(this.#states, scope, after);
    const kept = this.#save();
    this.#watchDeadline(scope);
    this.#options.onChange({ scope, before, after });
    return kept;
  }

  #save(): boolean {
    if (this.#following !== null) return true;
    try {
      this.#options.store.save(this.#states);
      return true;
    } catch (error) {
      this.#options.log("states.not-kept", { problem: error instanceof Error ? error.message : String(error) });
      return false;
    }
  }

  #cancelDeadlines(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #watchDeadlines(): void {
    this.#cancelDeadlines();
    for (const server of Object.keys(this.#states.servers)) this.#watchDeadline({ server, farm: null });
    for (const { farm, server } of this.#states.members) this.#watchDeadline({ farm, server });
  }

  #watchDeadline(scope: StateScope): void {
    const { clock } = this.#options;
    const key = JSON.stringify(scope);
    const state = this.of(scope);
    this.#timers.get(key)?.cancel();
    this.#timers.delete(key);
    if (state === null || state.until === null || state.cut || state.state === "available") return;
    const leftMs = Math.max(Date.parse(state.until) - clock.now(), 0);
    this.#timers.set(
      key,
      clock.after(Math.min(leftMs, longestWaitMs), () => {
        if (leftMs > longestWaitMs) this.#watchDeadline(scope);
        else this.#put(scope, { ...state, state: "unavailable", cut: true });
      }),
    );
  }
}
