import { createServer } from "node:net";
import { isOwnExhaustion } from "../net/own-exhaustion.ts";
import { refusalPlace } from "../observe/listener-metrics.ts";
import { add } from "../observe/metric-layout.ts";
import { listenOn, type SocketHandle } from "./bind-handle.ts";
import { acceptedSocketOptions, createDoor, type Closing } from "./door.ts";
import type { EntranceOptions } from "./entrance.ts";

/** A socket that accepts, with the client connections that came in by it. */
export interface Listener {
  /** For connections that are accepted from now on; the others keep what they began with. */
  configure(options: EntranceOptions): void;
  setTicketKeys(keys: Buffer): void;
  /** Takes no more connections and ends those there are, all of them after `graceMs` at the latest. Again: may be less. */
  close(graceMs: number, manner: Closing): Promise<void>;
}

const backlog = 4096;

/** Accepts on a bound socket. Rejects where the operating system does not let it. */
export async function startListener(handle: SocketHandle, options: EntranceOptions): Promise<Listener> {
  const { config, counts, log, refusals } = options;
  const door = createDoor(options);
  const server = createServer(acceptedSocketOptions, (socket) => door.accept(socket));
  await listenOn(server, handle, backlog);
  const closed = new Promise<void>((resolve) => server.once("close", () => resolve()));
  // No file handle left for the next connection, for one; what is connected goes on.
  server.on("error", (error) => {
    if (isOwnExhaustion(error)) {
      add(counts, refusalPlace("no-file-handle"), 1);
      refusals.add("no-file-handle", "-");
    } else log("listener.failed", { address: config.address, port: config.port, problem: error.message });
  });
  return {
    configure: (next) => door.configure(next),
    setTicketKeys: (keys) => door.setTicketKeys(keys),
    close: async (graceMs, manner) => {
      server.close();
      await Promise.all([closed, door.close(graceMs, manner)]);
    },
  };
}
