import { close, mkdir, open, write } from "node:fs";
import { dirname } from "node:path";
import type { Clock, Timer } from "../util/clock.ts";

export interface LineFileOptions {
  /** A file that is appended to and made where it is missing; null = standard output. */
  readonly file: string | null;
  readonly clock: Clock;
  /** Told how many lines were dropped since it was last told, and why; at most every ten seconds. */
  readonly dropped: (lines: number, problem: string) => void;
}

const flushEveryMs = 250;
const retryAfterMs = 1000;
const tellEveryMs = 10_000;
const maxWaitingBytes = 4 * 1024 * 1024;
/** Per write to a file. Several processes append to it, each write goes to its end as a whole. */
const fileWriteBytes = 64 * 1024;
/** What a pipe takes as a whole, whoever else writes to it (PIPE_BUF). */
const pipeWriteBytes = 4096;
const tooSlow = "the disk is too slow";

/**
 * Appends lines to a file without ever keeping anybody waiting: they are collected, written soon, and dropped and
 * counted where the disk does not keep up or is full.
 */
export class LineFile {
  readonly #options: LineFileOptions;
  readonly #writeBytes: number;
  /** Ready to be written, oldest first. */
  readonly #full: Buffer[] = [];
  /**
   * Being collected, as bytes: the strings that lines are made of would outlive many collections of the heap's young
   * part and cost more than all the rest.
   */
  #batch: Buffer | null = null;
  #used = 0;
  #waitingBytes = 0;
  #writing = false;
  #fd: number | null = null;
  #reopen = false;
  #timer: Timer | null = null;
  #droppedLines = 0;
  #problem = tooSlow;
  #toldAt = -Infinity;
  #closed: (() => void) | null = null;

  constructor(options: LineFileOptions) {
    this.#options = options;
    this.#writeBytes = options.file === null ? pipeWriteBytes : fileWriteBytes;
  }

  /** `line`: latin1, with its end. */
  write(line: string): void {
    if (this.#closed !== null || this.#waitingBytes + line.length > maxWaitingBytes) {
      this.#droppedLines++;
      return;
    }
    if (this.#used + line.length > this.#writeBytes) {
      this.#take();
      this.#flush();
    }
    this.#batch ??= Buffer.allocUnsafeSlow(Math.max(this.#writeBytes, line.length));
    this.#used += this.#batch.write(line, this.#used, "latin1");
    this.#waitingBytes += line.length;
    this.#timer ??= this.#options.clock.after(flushEveryMs, () => this.#onTimer());
  }

  /** The file was renamed: what comes from now on goes to a new one of its name. */
  reopen(): void {
    this.#reopen = true;
    if (!this.#writing) this.#closeFile();
  }

  /** Resolves once all is written, or could not be. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    const done = new Promise<void>((resolve) => (this.#closed = resolve));
    this.#take();
    if (!this.#writing) this.#next();
    await done;
  }

  #onTimer(): void {
    this.#timer = null;
    this.#take();
    this.#flush();
  }

  #take(): void {
    if (this.#batch === null) return;
    this.#full.push(this.#batch.subarray(0, this.#used));
    this.#batch = null;
    this.#used = 0;
  }

  #flush(): void {
    if (!this.#writing) this.#next();
  }

  #next(): void {
    this.#writing = false;
    if (this.#reopen) this.#closeFile();
    const batch = this.#full[0];
    if (batch === undefined) {
      this.#tell();
      this.#finish();
      return;
    }
    this.#writing = true;
    if (this.#options.file === null) this.#append(1, batch);
    else if (this.#fd === null) this.#open(this.#options.file);
    else this.#append(this.#fd, batch);
  }

  #open(file: string): void {
    mkdir(dirname(file), { recursive: true }, () => {
      open(file, "a", 0o640, (error, fd) => {
        if (error === null) {
          this.#fd = fd;
          this.#next();
        } else this.#failed(error);
      });
    });
  }

  #append(fd: number, bytes: Buffer): void {
    write(fd, bytes, 0, bytes.length, null, (error, written) => {
      if (error?.code === "EAGAIN") this.#options.clock.after(flushEveryMs, () => this.#append(fd, bytes));
      else if (error !== null) this.#failed(error);
      else if (written < bytes.length) this.#append(fd, bytes.subarray(written));
      else {
        this.#waitingBytes -= this.#full.shift()?.length ?? 0;
        this.#next();
      }
    });
  }

  /** What waits is tried again, with a new file: this one may be gone. */
  #failed(error: NodeJS.ErrnoException): void {
    this.#problem = error.message;
    this.#closeFile();
    if (this.#closed !== null) {
      for (const batch of this.#full.splice(0)) this.#droppedLines += batch.toString("latin1").split("\n").length - 1;
      this.#next();
      return;
    }
    this.#tell();
    this.#options.clock.after(retryAfterMs, () => this.#next());
  }

  #closeFile(): void {
    this.#reopen = false;
    if (this.#fd !== null) close(this.#fd);
    this.#fd = null;
  }

  #tell(): void {
    const now = this.#options.clock.monotonic();
    if (this.#droppedLines === 0 || (now - this.#toldAt < tellEveryMs && this.#closed === null)) return;
    this.#toldAt = now;
    this.#options.dropped(this.#droppedLines, this.#problem);
    this.#droppedLines = 0;
    this.#problem = tooSlow;
  }

  #finish(): void {
    if (this.#closed === null) return;
    this.#closeFile();
    this.#closed();
  }
}
