import type { RequestRouting } from "./exchange.ts";

/** For a routing in which no member takes part: nothing can fail there. */
export const withoutMembers: Omit<RequestRouting, "receive" | "ended"> = {
  attemptFailed: () => undefined,
  preferOther: () => false,
  moveElsewhere: () => false,
  hasOther: () => false,
  hedge: () => undefined,
  movedTo: () => undefined,
  queueTimedOut: () => undefined,
  broken: () => undefined,
};
