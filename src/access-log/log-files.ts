import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { AccessLogConfig, Config, LogConfig } from "../config/config.ts";
import type { Log } from "../observe/log.ts";
import { LogRotation } from "../observe/log-rotation.ts";
import type { Clock } from "../util/clock.ts";
import { w3cHeader } from "./w3c-header.ts";

export interface LogFilesOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Has every process that writes the access log open its file anew. */
  readonly reopenAccessLog: () => void;
  /** The same for the router's own log. */
  readonly reopenOwnLog: () => void;
}

/** The control process's part in log files: it begins them and moves them away, whoever writes to them. */
export class LogFiles {
  readonly #options: LogFilesOptions;
  #config: Pick<Config, "accessLog" | "log"> | null = null;
  #rotations: LogRotation[] = [];

  constructor(options: LogFilesOptions) {
    this.#options = options;
  }

  /** Before those who write are told of the configuration. */
  apply({ accessLog, log }: Config): void {
    const before = this.#config;
    const config = { accessLog, log };
    if (JSON.stringify(before) === JSON.stringify(config)) return;
    this.close();
    this.#config = config;
    this.#rotateAccessLog(accessLog);
    if (JSON.stringify(before?.accessLog) !== JSON.stringify(accessLog)) this.#beginAccessLog(accessLog);
    const { reopenOwnLog } = this.#options;
    if (log.file !== null) this.#rotate(log.file, log, reopenOwnLog);
  }

  /** Somebody else (logrotate) has moved the files away. */
  reopen(): void {
    this.#beginAccessLog(this.#config?.accessLog ?? null);
    this.#options.reopenAccessLog();
    this.#options.reopenOwnLog();
  }

  close(): void {
    for (const rotation of this.#rotations.splice(0)) rotation.close();
  }

  #rotateAccessLog(accessLog: AccessLogConfig | null): void {
    if (accessLog?.file === undefined || accessLog.file === null) return;
    this.#rotate(accessLog.file, accessLog, () => {
      this.#beginAccessLog(accessLog);
      this.#options.reopenAccessLog();
    });
  }

  #rotate(file: string, { rotate }: AccessLogConfig | LogConfig, begin: () => void): void {
    if (rotate === null) return;
    const { clock } = this.#options;
    const failed = (error: Error): void => this.#failed(file, error);
    this.#rotations.push(new LogRotation({ file, rotation: rotate, clock, begin, failed }));
  }

  /** One process alone writes what stands at the beginning, before the others write to the file. */
  #beginAccessLog(accessLog: AccessLogConfig | null): void {
    if (accessLog === null) return;
    const { file, format, fields } = accessLog;
    if (file === null) return;
    try {
      mkdirSync(dirname(file), { recursive: true });
      const header = format === "w3c" ? w3cHeader(fields, this.#options.clock.now()) : "";
      appendFileSync(file, header, { mode: 0o640 });
    } catch (error) {
      this.#failed(file, error instanceof Error ? error : new Error(String(error)));
    }
  }

  #failed(file: string, { message }: Error): void {
    this.#options.log("logs.file-failed", { file, problem: message });
  }
}
