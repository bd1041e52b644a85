import { execFile } from "node:child_process";
import type { Log } from "../observe/log.ts";
import { systemClock } from "../util/clock.ts";

/** Who started this program as a service and wants to know how it is: systemd, by the protocol of sd_notify(3). */
export interface ServiceManager {
  /** The listeners serve, and this is the main process of the service; ends a `reloading`. */
  ready(): void;
  reloading(): void;
  /** Running requests get `graceMs` to end. Resolves when it was heard, like all before. */
  stopping(graceMs: number): Promise<void>;
  /** From now on says again and again that all is well, as often as it was asked to, but only while `alive`. */
  watch(alive: () => boolean): void;
  /** Another process is the main one now, and speaks for the service. */
  replaced(): void;
}

const nobody: ServiceManager = {
  ready: () => undefined,
  reloading: () => undefined,
  stopping: () => Promise.resolve(),
  watch: () => undefined,
  replaced: () => undefined,
};

/** Node has no datagram sockets of Unix; this program comes with systemd. */
const program = "systemd-notify";
const notifyMs = 5000;
/** For what comes after the running requests. */
const afterGraceMs = 15_000;

/** Where nobody asked to be told (no NOTIFY_SOCKET), nobody is, and no program is started. */
export function serviceManager(log: Log): ServiceManager {
  if (!process.env["NOTIFY_SOCKET"]) return nobody;
  const notify = notifier(log);
  let speaks = true;
  const say = async (...states: string[]): Promise<void> => {
    if (speaks) await notify(states);
  };
  return {
    // systemd may have started a wrapper (npx), or the process whose place this one took.
    ready: () => void say("READY=1", `MAINPID=${process.pid}`),
    reloading: () => void say("RELOADING=1", `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`),
    stopping: (graceMs) => say("STOPPING=1", `EXTEND_TIMEOUT_USEC=${(graceMs + afterGraceMs) * 1000}`),
    watch(alive) {
      // WATCHDOG_PID names the process that systemd started, which this one may have replaced.
      const everyMs = Number(process.env["WATCHDOG_USEC"] ?? 0) / 1000 / 2;
      if (everyMs < 1) return;
      let saying = false;
      systemClock.every(everyMs, () => {
        if (saying || !alive()) return;
        saying = true;
        void say("WATCHDOG=1").then(() => (saying = false));
      });
    },
    replaced: () => (speaks = false),
  };
}

/** One after the other: what is said last must come last. */
function notifier(log: Log): (states: readonly string[]) => Promise<void> {
  let last = Promise.resolve();
  let failed = false;
  const notify = (states: readonly string[]): Promise<void> =>
    new Promise((resolve) => {
      execFile(program, states, { timeout: notifyMs }, (error) => {
        if (error !== null && !failed) {
          failed = true;
          log("service.not-told", { problem: `${program}: ${error.message}` });
        }
        resolve();
      });
    });
  return (states) => (last = last.then(() => notify(states)));
}
