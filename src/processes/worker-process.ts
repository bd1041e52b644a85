import type { ToControl, ToWorker } from "../farm/messages.ts";
import type { SocketHandle } from "../listen/bind-handle.ts";
import type { Log } from "../observe/log.ts";
import { systemClock } from "../util/clock.ts";
import { createForwardingSide } from "./forwarding-side.ts";
import { startProcessReport } from "./process-report.ts";

/** The entry of a worker's process: the forwarding side, joined to the control process by IPC. */

/** Without the control process nobody knows which members work: what runs may end, then the process does. */
const orphanGraceMs = 30_000;

const tell = (message: ToControl): void => {
  if (process.connected) process.send?.(message);
};
const log: Log = (event, fields) => tell({ type: "log", event, fields });
let stopped = false;
const side = createForwardingSide({
  clock: systemClock,
  log,
  shared: true,
  send(message) {
    tell(message);
    if (message.type !== "stopped") return;
    stopped = true;
    if (process.connected) process.disconnect();
    else process.exit(0);
  },
});
startProcessReport(systemClock, tell);
process.on("message", (message: ToWorker, handle?: SocketHandle) => side.receive(message, handle));
process.on("disconnect", () => {
  if (stopped) process.exit(0);
  side.receive({ type: "stop", graceMs: orphanGraceMs, successor: false });
  setTimeout(() => process.exit(0), orphanGraceMs);
});
// The control process decides when its workers end; a terminal sends these to all processes.
process
  .on("SIGINT", () => undefined)
  .on("SIGTERM", () => undefined)
  .on("SIGHUP", () => undefined);
if (process.platform !== "win32") process.on("SIGUSR2", () => undefined);
