import type { Clock } from "../util/clock.ts";
import type { RouterEvent } from "./router-event.ts";

export type NewEvent = Omit<RouterEvent, "id" | "at">;
type EventListener = (event: RouterEvent) => void;

const maxWhy = 2000;

/** The last events of this router, for those who ask and those who listen. */
export class EventRing {
  /** Names this run of the router: after a restart the ids begin anew. */
  readonly run: string;
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #events: RouterEvent[] = [];
  readonly #listeners = new Set<EventListener>();
  #latest = 0;

  constructor(clock: Clock, capacity = 1000) {
    this.run = clock.now().toString(36);
    this.#clock = clock;
    this.#capacity = capacity;
  }

  /** The id of the last one; 0 = there was none. */
  get latest(): number {
    return this.#latest;
  }

  /** Listeners hear of it at once. One that throws disturbs nobody. */
  add(event: NewEvent): RouterEvent {
    const { why } = event;
    const at = new Date(this.#clock.now()).toISOString();
    const short = why.length > maxWhy ? `${why.slice(0, maxWhy)}…` : why;
    const added: RouterEvent = { id: ++this.#latest, at, ...event, why: short };
    this.#events.push(added);
    if (this.#events.length > this.#capacity) this.#events.shift();
    for (const listener of this.#listeners) {
      try {
        listener(added);
      } catch {
        // Whatever it was to do with it, the event has happened.
      }
    }
    return added;
  }

  /**
   * Those after `id`, oldest first; of too many the newest `limit`. An id greater than the latest one is from before a
   * restart: whoever has it knows none of these.
   */
  since(id: number, limit = this.#capacity): RouterEvent[] {
    const first = this.#events[0]?.id ?? 1;
    const after = id > this.#latest ? 0 : id;
    const start = Math.max(after + 1 - first, this.#events.length - limit, 0);
    return this.#events.slice(start);
  }

  /** Returns what ends it. */
  subscribe(listener: EventListener): () => void {
    const own: EventListener = (event) => listener(event);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }
}
