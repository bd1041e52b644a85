import type { Clock } from "../util/clock.ts";
import type { TimerWheel } from "../util/timer-wheel.ts";
import type { RequestRouting } from "./exchange.ts";

/** What is the same for all connections of one listener. */
export interface ClientSettings {
  readonly wheel: TimerWheel;
  readonly routing: RequestRouting;
  readonly monotonic: () => number;
  readonly after: Clock["after"];
  readonly dateLine: () => string;
  readonly headerTimeoutMs: number;
  readonly maxHeaderBytes: number;
  readonly maxHeaderFields: number;
  readonly maxUrlBytes: number;
  /** Hears of what should not have been possible. */
  readonly failed: (error: unknown) => void;
}
