import type { ServerResponse } from "node:http";
import type { EventRing } from "../control/event-ring.ts";
import type { RouterEvent } from "../control/router-event.ts";
import type { Clock } from "../util/clock.ts";

export interface EventStreamOptions {
  readonly ring: EventRing;
  readonly clock: Clock;
  /** Begins with the event that follows this one. */
  readonly after: number;
  readonly wanted: (event: RouterEvent) => boolean;
  /** The response is over, by whomever. */
  readonly onEnd: () => void;
}

const heartbeatMs = 15_000;
const retryMs = 2000;

/**
 * Server-sent events as one response. What its client has not read yet waits in the ring, not here; a client that reads
 * nothing between two heartbeats is cut off.
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #options: EventStreamOptions;
  #after: number;

  /** `response`: its head was written. */
  constructor(response: ServerResponse, options: EventStreamOptions) {
    const { ring, clock, after, onEnd } = options;
    this.#response = response;
    this.#options = options;
    this.#after = after;
    const heartbeat = clock.every(heartbeatMs, () => this.#beat());
    const unsubscribe = ring.subscribe(() => this.#write());
    response.on("drain", () => this.#write());
    response.on("error", () => response.destroy());
    response.on("close", () => {
      heartbeat.cancel();
      unsubscribe();
      onEnd();
    });
    // Whoever comes back before the first event misses none.
    response.write(`retry: ${retryMs}\nid: ${idOf(ring, after)}\n\n`);
    this.#write();
  }

  end(): void {
    this.#response.end();
  }

  /** As much as the client takes. */
  #write(): void {
    const { ring, wanted } = this.#options;
    for (const event of ring.since(this.#after)) {
      if (this.#response.writableNeedDrain) return;
      this.#after = event.id;
      if (wanted(event)) this.#response.write(eventText(event, idOf(ring, event.id)));
    }
  }

  #beat(): void {
    if (this.#response.writableNeedDrain) this.#response.destroy();
    else this.#response.write(":\n\n");
  }
}

/** As `Last-Event-ID` brings it back. */
function idOf({ run }: EventRing, id: number): string {
  return `${run}-${id}`;
}

/** The id that a `Last-Event-ID` names, also a bare one; 0 where it is of another run of the router, null = it is no id. */
export function eventIdOf({ run }: EventRing, text: string): number | null {
  const [, of, id = ""] = /^(?:([0-9a-z]+)-)?(\d{1,15})$/.exec(text) ?? [];
  if (id === "") return null;
  return of === undefined || of === run ? Number(id) : 0;
}

function eventText(event: RouterEvent, id: string): string {
  return `id: ${id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}
