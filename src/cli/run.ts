import { resolve } from "node:path";
import { Command } from "commander";
import type { FileDigests } from "../config/load-file.ts";
import type { LoadResult } from "../config/load-config.ts";
import { problemLine } from "../config/problem.ts";
import { watchFiles } from "../config/watch-files.ts";
import { checkHttp } from "../health/checks/http.ts";
import { startFairlead, type Fairlead, type FairleadOptions } from "../main.ts";
import type { Log } from "../observe/log.ts";
import { OwnLog } from "../observe/own-log.ts";
import { startProblem } from "../processes/start-problem.ts";
import { systemClock } from "../util/clock.ts";
import { systemRandom } from "../util/random.ts";
import { printFindings } from "./check.ts";
import { load } from "./load.ts";
import { publishedText } from "./published.ts";
import { serviceManager, type ServiceManager } from "./service-manager.ts";
import { takeOverFromParent, upgradeByFork } from "./succession.ts";
import { painter } from "./terminal.ts";
import { version } from "./version.ts";

type Loaded = Extract<LoadResult, { ok: true }>;

interface RunOptions {
  readonly config: string;
  readonly watch?: true;
}

/** `fairlead run`: runs the router in the foreground until SIGTERM or SIGINT; a second one ends it at once. */
export function runCommand(): Command {
  return new Command("run")
    .description("run the router")
    .option("-c, --config <file>", "the configuration", "fairlead.yaml")
    .option("--watch", "read the configuration again when it, or a file that it names, changes")
    .action(async (options: RunOptions, command: Command) => {
      const takeover = await takeOverFromParent();
      const result = await load(options.config);
      printFindings(result);
      if (!result.ok) {
        takeover?.failed(result.problems.map(problemLine).join("\n"));
        process.exitCode = 1;
        return;
      }
      const own = ownLog(result);
      const { log } = own;
      const manager = serviceManager(log);
      const follow = { files: (_now: FileDigests): void => undefined };
      const router = await startOrRefuse(result, own, command, {
        load: async (by, inForce) => {
          // A renewed certificate must not bring changes of the configuration that nobody has asked for yet.
          const document = by === "certificate" ? (inForce ?? result.document) : undefined;
          const loaded = await load(options.config, document);
          follow.files(loaded.files);
          return loaded;
        },
        upgrade: upgradeByFork(log, () => manager.replaced()),
        ...(takeover === null
          ? {}
          : { ...takeover, afterFirstChecks: true, beforeApis: () => takeover.serving(version) }),
      });
      if (process.stdout.isTTY)
        process.stdout.write(`${publishedText(result.config, painter(process.stdout, process.env))}\n\n`);
      reloadOnSignal(router, manager);
      reopenLogsOnSignal(router);
      follow.files = reloadOnChange(router, result, options);
      stopOnSignal({
        close: (graceMs) => router.close(graceMs),
        graceMs: () => router.control.config.stop.graceMs,
        stopping: (graceMs) => manager.stopping(graceMs),
        log,
      });
      // Whoever hears of it may send signals.
      log("router.started", { version, file: result.config.file });
      manager.ready();
      manager.watch(() => router.forwarding.alive());
    });
}

export function ownLog({ config }: Loaded): OwnLog {
  return new OwnLog(systemClock, process.stdout.isTTY, config.log);
}

/** Exits with 1 and a sentence where a port can't be had. */
export async function startOrRefuse(
  loaded: Loaded,
  own: OwnLog,
  command: Command,
  options: Partial<FairleadOptions> = {},
): Promise<Fairlead> {
  const { config } = loaded;
  const { log } = own;
  const { file, servers, farms, routes } = config;
  log("config.loaded", { file, servers: servers.length, farms: farms.length, routes: routes.length });
  try {
    const around = { clock: systemClock, random: systemRandom, log, ownLog: own, check: checkHttp, version };
    return await startFairlead(config, { ...around, ...options });
  } catch (error) {
    return command.error(`error: ${problemLine(startProblem(loaded, error))}`, { exitCode: 1 });
  }
}

/** On Windows this signal means that the console is closed; there is `fairlead reload`. */
function reloadOnSignal({ configurations }: Fairlead, manager: ServiceManager): void {
  if (process.platform === "win32") return;
  process.on("SIGHUP", () => {
    manager.reloading();
    void configurations.reload("signal").finally(() => manager.ready());
  });
}

/**
 * Certificates are always watched, the configuration itself only where that was asked for. Returns what must hear of the
 * files of each configuration that was read.
 */
function reloadOnChange(
  { configurations }: Fairlead,
  { files }: Loaded,
  { config, watch }: RunOptions,
): (now: FileDigests) => void {
  const watched = (all: FileDigests): FileDigests =>
    watch === true ? all : new Map([...all].filter(([file]) => file !== resolve(config)));
  const onChange = (): void => void configurations.reload(watch === true ? "watch" : "certificate");
  const following = watchFiles(watched(files), { clock: systemClock, onChange });
  return (now) => following.follow(watched(now));
}

/** For logrotate; Windows has no such signal. */
function reopenLogsOnSignal(router: Fairlead): void {
  if (process.platform !== "win32") process.on("SIGUSR2", () => router.reopenLogs());
}

const atOnceMs = 1000;

interface Stopping {
  readonly close: (graceMs: number) => Promise<void>;
  readonly graceMs: () => number;
  /** The service manager; awaited. */
  readonly stopping?: (graceMs: number) => Promise<void>;
  readonly log: Log;
}

/** The first signal lets running requests end, the second one does not wait. */
export function stopOnSignal({ close, graceMs, stopping: told, log }: Stopping): void {
  let signals = 0;
  const stop = (reason: string): void => {
    signals++;
    if (signals > 1) {
      // Workers are told as well, but nobody waits for one that does not hear.
      systemClock.after(atOnceMs, () => process.exit(1));
      void close(0).then(() => process.exit(1));
      return;
    }
    log("router.stopping", { reason });
    void Promise.all([close(graceMs()), told?.(graceMs())]).then(() => process.exit(signals > 1 ? 1 : 0));
  };
  process.on("SIGTERM", stop).on("SIGINT", stop);
  if (process.platform === "win32") process.on("SIGHUP", stop).on("SIGBREAK", stop);
}
