import type { Socket } from "node:net";
import type { Clock } from "../util/clock.ts";
import { readClientHello, type ClientHello } from "./client-hello.ts";

interface HelloOptions {
  readonly timeoutMs: number;
  readonly after: Clock["after"];
  /** The socket is paused, and has all of its bytes to read again. null = it is no hello that can be read. */
  readonly done: (hello: ClientHello | null) => void;
}

/** Looks at what a client begins with, and leaves it where it was. The socket is destroyed where nothing comes of it. */
export function readHello(socket: Socket, { timeoutMs, after, done }: HelloOptions): void {
  let received: Buffer | null = null;
  const giveUp = (): void => void socket.destroy();
  const timer = after(timeoutMs, giveUp);
  const stop = (): void => {
    timer.cancel();
    socket.off("data", look).off("end", giveUp).off("close", stop);
  };
  function look(bytes: Buffer): void {
    received = received === null ? bytes : Buffer.concat([received, bytes]);
    const hello = readClientHello(received);
    if (hello === "more") return;
    stop();
    socket.pause().unshift(received);
    done(hello);
  }
  // A reset is followed by "close"; there is nothing to add to it.
  socket.on("error", () => undefined);
  socket.on("data", look).on("end", giveUp).on("close", stop);
}
