import type { Socket } from "node:net";
import { guarded } from "./guarded.ts";

interface ClientSocketEvents {
  internalError(error: unknown): void;
  readonly bytes: (bytes: Buffer) => void;
  readonly end: () => void;
  readonly drain: () => void;
  readonly close: () => void;
}

/** Makes the events of a client's socket heard. */
export function hearClient(socket: Socket, heard: ClientSocketEvents): void {
  socket.on("data", guarded(heard, heard.bytes));
  socket.on("end", guarded(heard, heard.end));
  socket.on("drain", guarded(heard, heard.drain));
  socket.on("close", guarded(heard, heard.close));
  // A reset is followed by `close`; there is nothing to add to it.
  socket.on("error", () => undefined);
}
