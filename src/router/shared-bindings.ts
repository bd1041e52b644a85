import type { BindingsMessage, ToControl } from "../farm/messages.ts";
import type { Snapshot } from "./snapshot.ts";

/** Tells the other workers which clients without cookies have come to belong to whom. `by`: this worker. */
export function shareBindings(snapshot: Snapshot | null, by: string, send: (message: ToControl) => void): void {
  for (const { affinity, config } of snapshot?.farms.values() ?? []) {
    const entries = affinity?.bindings?.takeNew() ?? [];
    if (entries.length > 0) send({ type: "bindings", by, farm: config.name, entries });
  }
}

/** Somebody knows nothing of what was told so far. */
export function tellAllBindings(snapshot: Snapshot | null): void {
  for (const { affinity } of snapshot?.farms.values() ?? []) affinity?.bindings?.tellAll();
}

/** Takes over what another worker has told. `now`: milliseconds since 1970. */
export function learnBindings(snapshot: Snapshot | null, by: string, message: BindingsMessage, now: number): void {
  if (message.by === by) return;
  snapshot?.farms.get(message.farm)?.affinity?.bindings?.learn(message.entries, now);
}
