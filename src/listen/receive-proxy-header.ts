import type { Socket } from "node:net";
import type { ProxyAddresses } from "../http/proxy-header-result.ts";
import { readProxyHeader } from "../http/proxy-header.ts";
import { Timeout, type TimerWheel } from "../util/timer-wheel.ts";

interface Options {
  readonly wheel: TimerWheel;
  readonly timeoutMs: number;
  /** The socket is paused, and all that came behind the header is still to be read from it. */
  readonly received: (addresses: ProxyAddresses | null) => void;
  /** Also where it goes away before. The socket is left as it is. */
  readonly refused: (reason: "proxy-header" | "proxy-timeout") => void;
}

/** Reads the header of the PROXY protocol with which a connection of which nothing was read must begin. */
export function receiveProxyHeader(socket: Socket, { wheel, timeoutMs, received, refused }: Options): void {
  let bytes: Buffer = Buffer.alloc(0);
  const done = (): void => {
    wheel.disarm(timeout);
    socket.off("data", onData).off("end", onEnd).off("close", onEnd).off("error", ignore);
  };
  const refuse = (reason: "proxy-header" | "proxy-timeout"): void => {
    done();
    // It may still be reset before it is closed.
    socket.on("error", ignore);
    refused(reason);
  };
  const onData = (more: Buffer): void => {
    bytes = bytes.length === 0 ? more : Buffer.concat([bytes, more]);
    const header = readProxyHeader(bytes);
    if (header.state === "incomplete") return;
    if (header.state === "malformed") {
      refuse("proxy-header");
      return;
    }
    done();
    socket.pause();
    if (bytes.length > header.length) socket.unshift(bytes.subarray(header.length));
    received(header.addresses);
  };
  const onEnd = (): void => refuse("proxy-header");
  const timeout = new Timeout(() => refuse("proxy-timeout"));
  wheel.arm(timeout, timeoutMs);
  socket.on("data", onData).on("end", onEnd).on("close", onEnd).on("error", ignore);
}

/** A reset is followed by `close`. */
function ignore(): void {}
