import type { ToControl, ToWorker } from "../farm/messages.ts";
import type { ConnectedMember } from "../net/connected-member.ts";
import type { Snapshot } from "./snapshot.ts";

/** Tells the other workers how busy this one keeps the members, and takes over what they tell. */
export interface LoadReport {
  /** A configuration is in force: positions of members mean those of this one. */
  configured(generation: number): void;
  /** Sends the requests in flight, if they have changed. */
  report(snapshot: Snapshot | null): void;
  receive(snapshot: Snapshot | null, message: Extract<ToWorker, { readonly type: "load" }>): void;
}

export function loadReport(send: (message: ToControl) => void): LoadReport {
  let generation = 0;
  let reported: readonly number[] = [];
  return {
    configured(next) {
      generation = next;
      reported = [];
    },
    report(snapshot) {
      if (snapshot === null) return;
      const current = membersOf(snapshot).map((member) => member.current);
      if (current.every((count, index) => count === (reported[index] ?? 0))) return;
      reported = current;
      send({ type: "load", generation, current });
    },
    receive(snapshot, message) {
      if (snapshot === null || message.generation !== generation) return;
      membersOf(snapshot).forEach((member, index) => {
        const all = message.current[index] ?? 0;
        member.elsewhere = Math.max(0, all - (reported[index] ?? 0));
        // Another worker's request may have ended there.
        member.freed?.();
      });
    },
  };
}

/** In the order of the configuration, which all processes share. */
function membersOf({ farms }: Snapshot): ConnectedMember[] {
  return [...farms.values()].flatMap(({ members }) => [...members]);
}
