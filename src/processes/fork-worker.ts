import { fork, type SendHandle } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ToControl } from "../farm/messages.ts";
import type { WorkerProcess } from "./worker-pool.ts";

const entry = fileURLToPath(new URL("worker-process.js", import.meta.url));

/** Starts a worker's process. */
export function forkWorker(): WorkerProcess {
  const child = fork(entry, { serialization: "advanced" });
  return {
    pid: child.pid ?? 0,
    send(message, handle) {
      // One that is just dying hears nothing; its successor is told everything.
      if (!child.connected) return;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node sends such handles, its types don't say so.
      child.send(message, handle as unknown as SendHandle, { keepOpen: true }, () => undefined);
    },
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Both ends are built together.
    onMessage: (hear) => void child.on("message", (message) => hear(message as ToControl)),
    onExit(hear) {
      let heard = false;
      const once = (how: string): void => {
        if (heard) return;
        heard = true;
        hear(how);
      };
      child.once("exit", (code, signal) => once(signal ?? `exit code ${code}`));
      child.once("error", ({ message }) => once(message));
    },
    kill: () => void child.kill("SIGKILL"),
  };
}
