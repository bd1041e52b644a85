import type { FarmStatus } from "../control/farm-status.ts";
import type { Clock, Timer } from "../util/clock.ts";
import { statusText } from "./status-text.ts";
import { type Paint, plainText } from "./terminal.ts";
import { eventLine, type ToldEvent } from "./told-event.ts";
import { connectionLine, type WatchView } from "./watch-view.ts";

interface ScreenOptions {
  readonly write: (text: string) => void;
  /** Of the terminal, now. */
  readonly rows: () => number;
  readonly paint: Paint;
  readonly clock: Clock;
}

const shownEvents = 10;
const leastMs = 250;

const clear = "\u001B[2J";
const home = "\u001B[H";
const restOfLine = "\u001B[K";
const restOfScreen = "\u001B[J";
/** Long lines are cut, so that each takes one row. */
const [noWrap, wrap] = ["\u001B[?7l", "\u001B[?7h"];

/** For a terminal: the matrix and the last events, in place. Drawn only where something changed, at most 4 times a second. */
export class WatchScreen implements WatchView {
  readonly #options: ScreenOptions;
  #farms: readonly FarmStatus[] = [];
  #events: readonly ToldEvent[] = [];
  #problem: string | null = null;
  #shown = "";
  #timer: Timer | null = null;
  #begun = false;

  constructor(options: ScreenOptions) {
    this.#options = options;
  }

  farms(farms: readonly FarmStatus[]): void {
    this.#farms = farms;
    this.#changed();
  }

  event(event: ToldEvent): void {
    this.#events = [...this.#events, event].slice(-shownEvents);
    this.#changed();
  }

  connection(problem: string | null): void {
    this.#problem = problem;
    this.#changed();
  }

  /** The terminal has another size: draws all of it anew. */
  resized(): void {
    this.#begun = false;
    this.#shown = "";
    this.#changed();
  }

  end(): void {
    this.#timer?.cancel();
    this.#draw();
  }

  #changed(): void {
    this.#timer ??= this.#options.clock.after(leastMs, () => {
      this.#timer = null;
      this.#draw();
    });
  }

  #draw(): void {
    const lines = fit(this.#status(), this.#below(), this.#options.rows() - 1);
    const text = lines.map((line) => `${line}${restOfLine}\n`).join("");
    if (text === this.#shown) return;
    this.#shown = text;
    this.#options.write(`${this.#begun ? "" : clear}${home}${noWrap}${text}${restOfScreen}${wrap}`);
    this.#begun = true;
  }

  #status(): string[] {
    return statusText(this.#farms, this.#options.paint).trimEnd().split("\n");
  }

  #below(): string[] {
    const { paint } = this.#options;
    const events = this.#events.map((event) => eventLine(event, paint));
    const problem = this.#problem === null ? [] : [paint("warn", plainText(connectionLine(this.#problem)))];
    return [events, problem].filter(({ length }) => length > 0).flatMap((part) => ["", ...part]);
  }
}

/** Both, in as many rows; what is above gives way. */
function fit(above: readonly string[], below: readonly string[], rows: number): string[] {
  if (above.length + below.length <= rows) return [...above, ...below];
  const room = Math.max(rows - below.length - 1, 1);
  const left = above.length - room;
  return [...above.slice(0, room), ...(left > 0 ? [`… ${left} more lines`] : []), ...below].slice(0, Math.max(rows, 1));
}
