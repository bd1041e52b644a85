import type { Config } from "../config/config.ts";
import type { Log } from "../observe/log.ts";
import type { Clock, Timer } from "../util/clock.ts";
import {
  type EffectiveState,
  effectiveState,
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
}

/** The states that operators have given to servers and members, and their deadlines. */
export class Administration {
  readonly #options: AdministrationOptions;
  readonly #timers = new Map<string, Timer>();
  #states: OperatorStates;

  constructor(options: AdministrationOptions) {
    this.#options = options;
    this.#states = options.store.load();
    for (const server of Object.keys(this.#states.servers)) this.#watchDeadline({ server, farm: null });
    for (const { farm, server } of this.#states.members) this.#watchDeadline({ farm, server });
  }

  effective(config: Config, farm: string, server: string): EffectiveState {
    return effectiveState(this.#states, config, { farm, server });
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

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
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
    try {
      this.#options.store.save(this.#states);
      return true;
    } catch (error) {
      this.#options.log("states.not-kept", { problem: error instanceof Error ? error.message : String(error) });
      return false;
    }
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
      clock.after(leftMs, () => void this.#put(scope, { ...state, state: "unavailable", cut: true })),
    );
  }
}
