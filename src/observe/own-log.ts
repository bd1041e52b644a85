import type { Clock } from "../util/clock.ts";
import { createLog, logDestination, noLog, type Log, type LogOptions } from "./log.ts";
import { SynchronousFile } from "./synchronous-file.ts";

export interface OwnLogSettings {
  readonly level: LogOptions["level"];
  /** null = lines for a terminal, else JSON. */
  readonly format: LogOptions["format"] | null;
  /** null = standard output. */
  readonly file: string | null;
}

/** What the router says about itself, to wherever the configuration in force says. */
export class OwnLog {
  readonly #clock: Clock;
  readonly #isTerminal: boolean;
  #log: Log = noLog;
  #file: SynchronousFile | null = null;

  /** `isTerminal`: is standard output one? */
  constructor(clock: Clock, isTerminal: boolean, settings: OwnLogSettings) {
    this.#clock = clock;
    this.#isTerminal = isTerminal;
    this.apply(settings);
  }

  readonly log: Log = (event, fields) => this.#log(event, fields);

  apply({ level, format, file }: OwnLogSettings): void {
    const clock = this.#clock;
    this.reopen();
    const toTerminal = createLog({
      destination: logDestination(1),
      clock,
      level,
      format: (file === null ? format : null) ?? (this.#isTerminal ? "lines" : "json"),
    });
    this.#file = null;
    this.#log = toTerminal;
    if (file === null) return;
    // A log that can't be written says so where somebody may see it.
    const failed = ({ message }: Error): void => toTerminal("logs.file-failed", { file, problem: message });
    this.#file = new SynchronousFile(file, failed);
    this.#log = createLog({ destination: this.#file, clock, level, format: format ?? "json" });
  }

  /** The file was moved away. */
  reopen(): void {
    this.#file?.reopen();
  }
}
