import type { FarmStatus } from "../control/farm-status.ts";
import type { ToldEvent } from "./told-event.ts";

/** How `fairlead status --watch` shows what it hears. */
export interface WatchView {
  farms(farms: readonly FarmStatus[]): void;
  /** `whole`: as the router sent it. */
  event(event: ToldEvent, whole: unknown): void;
  /** Why the router does not answer; null = it does again. */
  connection(problem: string | null): void;
  /** Nothing more comes. */
  end(): void;
}

/** "The router does not answer …", for people. */
export function connectionLine(problem: string | null): string {
  return problem === null ? "The router answers again." : `The router does not answer: ${problem}. Trying again …`;
}
