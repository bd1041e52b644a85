import { fork } from "node:child_process";
import type { UpgradeOutcome } from "../control/upgrade-outcome.ts";
import type { Fairlead } from "../main.ts";
import type { Log } from "../observe/log.ts";
import { handOver, successorSign, type ToSuccessor } from "../processes/hand-over.ts";
import { takeOver, type Takeover } from "../processes/take-over.ts";
import { systemClock } from "../util/clock.ts";

const containerEnds =
  "this is process 1, and a container ends with it: start a container of the new version, then stop this one";
/** The answer to whoever asked for the upgrade goes out by the admin API that is about to close. */
const answerMs = 200;

/**
 * Starts the program anew, as it is installed now, in the place of this process. `replaced` is called when the new one
 * serves.
 */
export function upgradeByFork(log: Log, replaced: () => void): (router: Fairlead) => Promise<UpgradeOutcome> {
  let running = false;
  return async (router) => {
    if (running) return { upgraded: false, problem: "an upgrade is under way" };
    if (process.pid === 1) return { upgraded: false, problem: containerEnds };
    running = true;
    const [, script = "", ...words] = process.argv;
    const env = { ...process.env, [successorSign]: "1" };
    const child = fork(script, words, { detached: true, env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const pid = child.pid ?? 0;
    try {
      const { sockets, ticketKeys } = router.estate;
      const version = await handOver(child, { sockets: sockets.all, ticketKeys }, systemClock);
      log("router.replaced", { pid, version });
      replaced();
      systemClock.after(answerMs, () => {
        const released = { type: "released" } satisfies ToSuccessor;
        void router
          .leave(router.control.config.stop.upgradeGraceMs, () => void child.send(released))
          .then(() => process.exit(0));
      });
      return { upgraded: true, pid, version };
    } catch (error) {
      child.kill("SIGKILL");
      running = false;
      const problem = error instanceof Error ? error.message : String(error);
      log("router.upgrade-failed", { problem });
      return { upgraded: false, problem };
    }
  };
}

/** Where this process was started to take another one's place: what it gets; else null. */
export async function takeOverFromParent(): Promise<Takeover | null> {
  if (process.env[successorSign] !== "1" || process.send === undefined) return null;
  delete process.env[successorSign];
  return takeOver(
    {
      send: (message) => void process.send?.(message),
      onMessage: (hear) => void process.on("message", hear),
      onGone: (hear) => void process.once("disconnect", hear),
      disconnect: () => process.disconnect(),
    },
    systemClock,
  );
}
