import type { FarmStatus } from "../control/farm-status.ts";
import { matrixText } from "./status-text.ts";
import { type Paint, plainText } from "./terminal.ts";
import { eventLine, type ToldEvent } from "./told-event.ts";
import { connectionLine, type WatchView } from "./watch-view.ts";

type Write = (text: string) => void;

/** For a pipe or a file: the matrix, then each event, and each row of the matrix that has changed. */
export class WatchLines implements WatchView {
  readonly #write: Write;
  readonly #paint: Paint;
  #rows: ReadonlySet<string> = new Set();

  constructor(write: Write, paint: Paint) {
    this.#write = write;
    this.#paint = paint;
  }

  farms(farms: readonly FarmStatus[]): void {
    const lines = matrixText(farms, this.#paint).split("\n");
    for (const line of lines) if (!this.#rows.has(contentOf(line))) this.#write(`${line}\n`);
    this.#rows = new Set(lines.map(contentOf));
  }

  event(event: ToldEvent): void {
    this.#write(`${eventLine(event, this.#paint)}\n`);
  }

  connection(problem: string | null): void {
    this.#write(`${plainText(connectionLine(problem))}\n`);
  }

  end(): void {
    // There is nothing to tidy up.
  }
}

/** Another row's content can move the columns of this one. */
function contentOf(line: string): string {
  return line.replaceAll(/ +/g, " ");
}

/** For programs: a line of JSON for each event. What is not an event goes to `complain`. */
export class WatchJson implements WatchView {
  readonly #write: Write;
  readonly #complain: Write;

  constructor(write: Write, complain: Write) {
    this.#write = write;
    this.#complain = complain;
  }

  farms(): void {
    // Events alone are asked for.
  }

  event(_event: ToldEvent, whole: unknown): void {
    this.#write(`${terminalSafe(JSON.stringify(whole))}\n`);
  }

  connection(problem: string | null): void {
    this.#complain(`${plainText(connectionLine(problem))}\n`);
  }

  end(): void {
    // There is nothing to tidy up.
  }
}

/** JSON leaves DEL and the second set of control characters as they are. */
function terminalSafe(json: string): string {
  return json.replaceAll(/[\u007F-\u009F\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
