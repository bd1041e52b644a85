import { createServer } from "node:net";
import { pathToFileURL } from "node:url";
import { bindHandle } from "../../src/listen/bind-handle.ts";
import { startListener } from "../../src/listen/listener.ts";
import { createLog, logDestination } from "../../src/observe/log.ts";
import { systemClock } from "../../src/util/clock.ts";
import { createRefusals } from "../../src/listen/refusals.ts";
import { listenerSettings } from "./start-door.ts";
import { aListener } from "./start-router.ts";

/** A program: a listener that takes more connections than the process has file handles for. Prints its port. */
async function main(): Promise<void> {
  const handle = bindHandle("127.0.0.1", 0, 4);
  if (typeof handle === "number") throw new Error(`bind: ${handle}`);
  const log = createLog({ destination: logDestination(1), clock: systemClock, level: "info", format: "json" });
  const refusals = createRefusals({ after: (delayMs, run) => systemClock.after(delayMs, run), log });
  await startListener(handle, { ...listenerSettings(aListener()), log, refusals });
  const place: { port?: number } = {};
  handle.getsockname?.(place);
  process.stdout.write(`port ${place.port}\n`);
  // Sockets alone do not keep it alive before the first one comes.
  createServer().listen(0, "127.0.0.1");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
