import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** A file for the router's own log, written at once: the last lines before an end are not lost. */
export class SynchronousFile {
  readonly #file: string;
  readonly #failed: (error: Error) => void;
  #fd: number | null = null;
  #failing = false;

  /** `failed` hears of the first of several failures in a row. */
  constructor(file: string, failed: (error: Error) => void) {
    this.#file = file;
    this.#failed = failed;
  }

  write(text: string): void {
    try {
      this.#fd ??= this.#open();
      writeSync(this.#fd, text);
      this.#failing = false;
    } catch (error) {
      this.reopen();
      if (!this.#failing) this.#failed(error instanceof Error ? error : new Error(String(error)));
      this.#failing = true;
    }
  }

  /** The file was moved away: what comes from now on goes to a new one of its name. */
  reopen(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #open(): number {
    mkdirSync(dirname(this.#file), { recursive: true });
    return openSync(this.#file, "a", 0o640);
  }
}
