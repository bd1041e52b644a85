import type { SocketHandle } from "../listen/bind-handle.ts";
import type { Clock } from "../util/clock.ts";
import type { FromSuccessor, ToSuccessor } from "./hand-over.ts";

/** The end of the IPC channel to the process whose place this one takes. */
interface Predecessor {
  send(message: FromSuccessor): void;
  onMessage(hear: (message: ToSuccessor, handle?: SocketHandle) => void): void;
  onGone(hear: () => void): void;
  disconnect(): void;
}

/** What a process gets from the one whose place it takes. */
export interface Takeover {
  readonly sockets: ReadonlyMap<string, SocketHandle>;
  readonly ticketKeys: string;
  /** Tells that this process serves; resolves when the other one has left the ports of its APIs. */
  serving(version: string): Promise<void>;
  /** Tells why nothing comes of it. */
  failed(problem: string): void;
}

const releasedWithinMs = 10_000;

/** Asks for the listening sockets. Rejects where the other process ends before it has given them. */
export async function takeOver(predecessor: Predecessor, clock: Clock): Promise<Takeover> {
  const sockets = new Map<string, SocketHandle>();
  let released: (() => void) | null = null;
  const ticketKeys = await new Promise<string>((resolve, reject) => {
    predecessor.onMessage((message, handle) => {
      if (message.type === "socket" && handle !== undefined) sockets.set(message.key, handle);
      else if (message.type === "estate") resolve(message.ticketKeys);
      else if (message.type === "released") released?.();
    });
    predecessor.onGone(() => {
      released?.();
      reject(new Error("the running router ended before it gave its sockets"));
    });
    predecessor.send({ type: "ready" });
  });
  return {
    sockets,
    ticketKeys,
    async serving(version) {
      await new Promise<void>((resolve) => {
        const limit = clock.after(releasedWithinMs, resolve);
        released = () => {
          limit.cancel();
          resolve();
        };
        predecessor.send({ type: "serving", version });
      });
      predecessor.disconnect();
    },
    failed: (problem) => predecessor.send({ type: "failed", problem }),
  };
}
