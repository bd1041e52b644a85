import { Command } from "commander";
import type { LoadResult } from "../config/load-config.ts";
import { problemLine } from "../config/problem.ts";
import { checkHttp } from "../health/checks/http.ts";
import { ListenError } from "../listen/listen-error.ts";
import { startFairlead, type Fairlead } from "../main.ts";
import { createLog, logDestination, type Log } from "../observe/log.ts";
import { systemClock } from "../util/clock.ts";
import { systemRandom } from "../util/random.ts";
import { printFindings } from "./check.ts";
import { load } from "./load.ts";
import { publishedText } from "./published.ts";
import { painter } from "./terminal.ts";
import { version } from "./version.ts";

type Loaded = Extract<LoadResult, { ok: true }>;

/** How long running requests may take to end after SIGTERM. */
const graceMs = 30_000;

/** `fairlead run`: runs the router in the foreground until SIGTERM or SIGINT; a second one ends it at once. */
export function runCommand(): Command {
  return new Command("run")
    .description("run the router")
    .option("-c, --config <file>", "the configuration", "fairlead.yaml")
    .action(async ({ config: file }: { readonly config: string }, command: Command) => {
      const result = await load(file);
      printFindings(result);
      if (!result.ok) {
        process.exitCode = 1;
        return;
      }
      const log = processLog();
      const router = await startOrRefuse(result, log, command);
      if (process.stdout.isTTY)
        process.stdout.write(`${publishedText(result.config, painter(process.stdout, process.env))}\n\n`);
      stopOnSignal(router, log);
    });
}

/** Lines for a person at a terminal, JSON for everything else. */
export function processLog(): Log {
  const format = process.stdout.isTTY ? "lines" : "json";
  return createLog({ destination: logDestination(1), clock: systemClock, level: "info", format });
}

/** Exits with 1 and a sentence where a port can't be had. */
export async function startOrRefuse(loaded: Loaded, log: Log, command: Command): Promise<Fairlead> {
  const { config } = loaded;
  const { file, servers, farms, routes } = config;
  log("config.loaded", { file, servers: servers.length, farms: farms.length, routes: routes.length });
  try {
    const router = await startFairlead(config, {
      clock: systemClock,
      random: systemRandom,
      log,
      check: checkHttp,
      version,
    });
    log("router.started", { version, file });
    return router;
  } catch (error) {
    return command.error(`error: ${startProblem(loaded, error)}`, { exitCode: 1 });
  }
}

function startProblem({ config, problemAt }: Loaded, error: unknown): string {
  if (error instanceof ListenError) {
    const { entry, unix } = error.listener;
    return problemLine(problemAt(["listen", entry, unix === null ? "port" : "unix"], error.message));
  }
  const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  if (!taken) throw error;
  const ofMetrics = "port" in error && config.metrics !== null && error.port === config.metrics.port;
  const [section, place] = ofMetrics ? ["metrics", config.metrics] : ["admin", config.admin];
  const inUse = `${place?.port} can't be listened on: another program has the port (stop it, or choose another port)`;
  return problemLine(problemAt([section, "port"], inUse));
}

/** The first signal lets running requests end, the second one does not wait. */
export function stopOnSignal(router: Pick<Fairlead, "close">, log: Log): void {
  let stopping = false;
  const stop = (reason: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log("router.stopping", { reason });
    void router.close(graceMs).then(() => process.exit(0));
  };
  process.on("SIGTERM", stop).on("SIGINT", stop);
}
