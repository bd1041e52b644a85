import type { Clock, Timer } from "../util/clock.ts";
import { fetchProblem } from "../util/fetch-problem.ts";
import { EventStreamParser } from "./event-stream.ts";
import { type ToldEvent, toldEventSchema } from "./told-event.ts";

export interface FollowOptions {
  /** The admin API's URL. */
  readonly admin: string;
  /** How many of those that have happened before are wanted. */
  readonly past: number;
  readonly heard: (event: ToldEvent, whole: unknown) => void;
  /** Why the router does not answer, once; null = it does again. */
  readonly connection: (problem: string | null) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const retryMs = 1000;
/** A router that lives says something every 15 s. */
const silenceMs = 40_000;

/** Hears every event of a router until `signal` ends it, also over restarts of the router: what came in between as well. */
export async function followEvents(options: FollowOptions): Promise<void> {
  const { connection, clock, signal } = options;
  let lastId = "";
  let lost = false;
  while (!signal.aborted) {
    const problem = await readUntilItEnds(options, lastId, {
      opened: () => {
        if (lost) connection(null);
        lost = false;
      },
      read: (id) => (lastId = id),
    });
    if (signal.aborted) return;
    if (!lost) connection(problem);
    lost = true;
    await new Promise<void>((resolve) => void clock.after(retryMs, resolve));
  }
}

interface Progress {
  opened(): void;
  read(lastId: string): void;
}

/** Gives why it ended. */
async function readUntilItEnds(
  { admin, past, heard, clock, signal }: FollowOptions,
  lastId: string,
  progress: Progress,
): Promise<string> {
  const silence = new Silence(clock);
  const url = new URL(`/api/v1/events${past === 0 ? "" : `?since=0&limit=${past}`}`, admin);
  const headers = { Accept: "text/event-stream", ...(lastId === "" ? {} : { "Last-Event-ID": lastId }) };
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.any([signal, silence.signal]) });
    if (!isStream(response)) {
      await response.body?.cancel();
      return `it answers with the status ${response.status} and no events`;
    }
    progress.opened();
    const parser = new EventStreamParser();
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      silence.broken();
      for (const { data } of parser.push(decoder.decode(bytes, { stream: true }))) tell(data, heard);
      if (parser.lastId !== "") progress.read(parser.lastId);
    }
    return "it has closed the connection";
  } catch (error) {
    return fetchProblem(error);
  } finally {
    silence.end();
  }
}

function isStream({ ok, headers }: Response): boolean {
  return ok && headers.get("content-type")?.startsWith("text/event-stream") === true;
}

/** What is no event of ours is left out: a newer router may have other ones. */
function tell(data: string, heard: FollowOptions["heard"]): void {
  const whole: unknown = JSON.parse(data);
  const event = toldEventSchema.safeParse(whole);
  if (event.success) heard(event.data, whole);
}

/** Ends what has been silent for too long. */
class Silence {
  readonly #abort = new AbortController();
  readonly #clock: Clock;
  #timer: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.broken();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  broken(): void {
    this.#timer?.cancel();
    const reason = new Error(`nothing was heard of it for ${silenceMs / 1000} s`);
    this.#timer = this.#clock.after(silenceMs, () => this.#abort.abort(reason));
  }

  end(): void {
    this.#timer?.cancel();
  }
}
