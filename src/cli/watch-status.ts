import type { FarmStatus } from "../control/farm-status.ts";
import { systemClock } from "../util/clock.ts";
import { FarmFollower } from "./follow-farms.ts";
import { followEvents } from "./follow-events.ts";
import { painter } from "./terminal.ts";
import { WatchJson, WatchLines } from "./watch-lines.ts";
import { WatchScreen } from "./watch-screen.ts";
import type { WatchView } from "./watch-view.ts";

interface WatchOptions {
  readonly json?: true;
  readonly admin: string;
}

const shownAtFirst = 10;

/** Shows a router's health and events as they change, `first` and what follows, until SIGINT or SIGTERM, which ends the process. */
export async function watchStatus({ json, admin }: WatchOptions, first: readonly FarmStatus[]): Promise<void> {
  const abort = new AbortController();
  const common = { admin, clock: systemClock, signal: abort.signal };
  const view = json === true ? jsonView() : viewForPeople();
  endOnSignal(() => {
    abort.abort();
    view.end();
  });
  view.farms(first);
  const farms = new FarmFollower({ ...common, heard: (found) => view.farms(found) });
  const events = followEvents({
    ...common,
    past: json === true ? 0 : shownAtFirst,
    heard: (event, whole) => {
      view.event(event, whole);
      farms.look();
    },
    connection: (problem) => {
      view.connection(problem);
      farms.look();
    },
  });
  await Promise.all([events, ...(json === true ? [] : [farms.run()])]);
}

function jsonView(): WatchView {
  return new WatchJson(
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  );
}

function viewForPeople(): WatchView {
  const { stdout, env } = process;
  const paint = painter(stdout, env);
  const write = (text: string): void => void stdout.write(text);
  if (!stdout.isTTY || env["TERM"] === "dumb") return new WatchLines(write, paint);
  const screen = new WatchScreen({ write, rows: () => stdout.rows, paint, clock: systemClock });
  stdout.on("resize", () => screen.resized());
  return screen;
}

const forever = 2 ** 30;

function endOnSignal(end: () => void): void {
  // The clock's timers don't keep the process alive while no connection does.
  setInterval(() => undefined, forever);
  const stop = (): void => {
    end();
    process.exit(0);
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  // Whoever read it has had enough.
  process.stdout.on("error", () => process.exit(0));
}
