import type { ChildProcess, SendHandle } from "node:child_process";
import type { SocketHandle } from "../listen/bind-handle.ts";
import type { Clock } from "../util/clock.ts";

/** From the process that leaves to the one that comes. */
export type ToSuccessor =
  | { readonly type: "socket"; readonly key: string }
  /** There are no more. */
  | { readonly type: "estate"; readonly ticketKeys: string }
  /** The ports of the admin API and the metrics are free. */
  | { readonly type: "released" };

/** From the process that comes to the one that leaves. */
export type FromSuccessor =
  | { readonly type: "ready" }
  /** It takes connections and knows which members work. */
  | { readonly type: "serving"; readonly version: string }
  | { readonly type: "failed"; readonly problem: string };

/** The sign by which a process knows that it is to take another one's place. */
export const successorSign = "FAIRLEAD_TAKE_OVER";

interface Estate {
  readonly sockets: ReadonlyMap<string, { readonly handle: SocketHandle }>;
  readonly ticketKeys: string;
}

const servingWithinMs = 60_000;

/** Gives the listening sockets to a process that was just started; resolves with its version when it serves. */
export async function handOver(child: ChildProcess, estate: Estate, clock: Clock): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const limit = clock.after(servingWithinMs, () => reject(new Error("it did not serve within a minute")));
    const fail = (problem: string): void => {
      limit.cancel();
      reject(new Error(problem));
    };
    child.on("message", (message) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Every version keeps to these messages.
      const said = message as FromSuccessor;
      if (said.type === "ready") give(child, estate);
      else if (said.type === "failed") fail(said.problem);
      else {
        limit.cancel();
        resolve(said.version);
      }
    });
    child.once("error", ({ message }) => fail(message));
    child.once("exit", (code, signal) => fail(`it ended at once (${signal ?? `exit code ${code}`})`));
  });
}

function give(child: ChildProcess, { sockets, ticketKeys }: Estate): void {
  for (const [key, { handle }] of sockets) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node sends such handles, its types don't say so.
    child.send({ type: "socket", key } satisfies ToSuccessor, handle as unknown as SendHandle, { keepOpen: true });
  }
  child.send({ type: "estate", ticketKeys } satisfies ToSuccessor);
}
