import { createReadStream, createWriteStream, statSync } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Clock, Timer } from "../util/clock.ts";

/** When a new file is begun, and how many earlier ones are kept. */
interface Rotation {
  readonly sizeBytes: number;
  /** By UTC; null = its age does not matter. */
  readonly every: "hour" | "day" | "week" | null;
  /** Earlier files that are kept. */
  readonly keep: number;
  readonly compress: boolean;
}

export interface LogRotationOptions {
  readonly file: string;
  readonly rotation: Rotation;
  readonly clock: Clock;
  /** Makes the new file's beginning, and has all who write to it open it anew. */
  readonly begin: () => void;
  readonly failed: (error: Error) => void;
}

const lookEveryMs = 1000;
/** All who write have opened the new file by then, and have written what they had for the old one. */
const settledMs = 15_000;
const hourMs = 3_600_000;

/**
 * Begins a new log file when the present one is too large or its time is over. It is renamed (which other processes that
 * have it open don't mind, on Windows neither, since Node opens files so that they may be renamed), later compressed,
 * and removed when there are too many.
 */
export class LogRotation {
  readonly #options: LogRotationOptions;
  readonly #timer: Timer;
  #period: number;
  #looking: Promise<void> | null = null;
  #failing = false;
  #tidyAt: number;

  constructor(options: LogRotationOptions) {
    this.#options = options;
    const { file, rotation, clock } = options;
    // What was last written to before the present period began belongs to an earlier one, also where nobody ran meanwhile.
    this.#period = periodOf(rotation.every, statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? clock.now());
    this.#tidyAt = clock.monotonic() + settledMs;
    this.#timer = clock.every(lookEveryMs, () => void this.look());
  }

  /** Does what is to be done now. */
  async look(): Promise<void> {
    this.#looking ??= this.#look();
    await this.#looking;
  }

  async #look(): Promise<void> {
    try {
      if (await this.#isDue()) await this.#rotate();
      const { clock } = this.#options;
      if (clock.monotonic() >= this.#tidyAt) {
        this.#tidyAt = Infinity;
        await this.#tidy();
      }
      this.#failing = false;
    } catch (error) {
      // Tried again with each look, told of once.
      if (!this.#failing) this.#options.failed(error instanceof Error ? error : new Error(String(error)));
      this.#failing = true;
    } finally {
      this.#looking = null;
    }
  }

  close(): void {
    this.#timer.cancel();
  }

  async #isDue(): Promise<boolean> {
    const { file, rotation, clock } = this.#options;
    const found = await stat(file).catch(() => null);
    const period = periodOf(rotation.every, clock.now());
    if (found !== null && found.size > 0) return found.size >= rotation.sizeBytes || this.#period < period;
    this.#period = period;
    return false;
  }

  async #rotate(): Promise<void> {
    const { file, rotation, clock, begin } = this.#options;
    await rename(file, await this.#freeName());
    this.#period = periodOf(rotation.every, clock.now());
    this.#tidyAt = clock.monotonic() + settledMs;
    begin();
  }

  async #freeName(): Promise<string> {
    const { file, clock } = this.#options;
    const time = new Date(clock.now()).toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
    const taken = new Set(await readdir(dirname(file)));
    for (let number = 0; ; number++) {
      const name = `${stemOf(file)}-${time}${number === 0 ? "" : `.${number}`}${extname(file)}`;
      if (!taken.has(name) && !taken.has(`${name}.gz`)) return join(dirname(file), name);
    }
  }

  /** Compresses what is not compressed yet, also from earlier runs, and removes what is too old. */
  async #tidy(): Promise<void> {
    const { file, rotation } = this.#options;
    const earlier = await earlierFiles(file);
    for (const name of earlier.slice(rotation.keep)) await rm(join(dirname(file), name), { force: true });
    if (!rotation.compress) return;
    for (const name of earlier.slice(0, rotation.keep)) {
      if (!name.endsWith(".gz")) await compress(join(dirname(file), name));
    }
  }
}

/** The files that were moved away, the latest first. */
async function earlierFiles(file: string): Promise<string[]> {
  const ours = new RegExp(
    `^${escaped(stemOf(file))}-(\\d{8}-\\d{6})(?:\\.(\\d+))?${escaped(extname(file))}(?:\\.gz)?$`,
  );
  return (await readdir(dirname(file)))
    .flatMap((name) => {
      const match = ours.exec(name);
      return match === null ? [] : [{ name, time: match[1] ?? "", number: Number(match[2] ?? 0) }];
    })
    .toSorted((a, b) => b.time.localeCompare(a.time) || b.number - a.number)
    .map(({ name }) => name);
}

/** Under another name until it is complete: nobody shall take half of it for the whole. */
async function compress(file: string): Promise<void> {
  const unfinished = `${file}.gz.unfinished`;
  await pipeline(createReadStream(file), createGzip(), createWriteStream(unfinished, { mode: 0o640 }));
  await rename(unfinished, `${file}.gz`);
  await rm(file);
}

function periodOf(every: Rotation["every"], ms: number): number {
  if (every === null) return 0;
  if (every === "hour") return Math.floor(ms / hourMs);
  const day = Math.floor(ms / (24 * hourMs));
  // 1 January 1970 was a Thursday; weeks begin on Monday.
  return every === "day" ? day : Math.floor((day + 3) / 7);
}

function stemOf(file: string): string {
  return basename(file, extname(file));
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}
