import { listenPlaceText } from "../config/listen-place-text.ts";
import type { ListenerConfig } from "../config/config.ts";

/** A port that can't be had. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  readonly listener: ListenerConfig;

  /** `cause`: what the operating system says, such as "EADDRINUSE". */
  constructor(listener: ListenerConfig, cause: string) {
    const remedies = listener.unix === null ? portRemedies : pathRemedies;
    super(`${listenPlaceText(listener)} can't be listened on: ${remedies.get(cause) ?? cause}`);
    this.listener = listener;
  }
}

const portRemedies: ReadonlyMap<string, string> = new Map([
  ["EADDRINUSE", "another program has the port (stop it, or choose another port)"],
  ["EACCES", "this user may not open ports below 1024 (grant CAP_NET_BIND_SERVICE, or choose another port)"],
  ["EADDRNOTAVAIL", "this machine has no such address"],
]);

const pathRemedies: ReadonlyMap<string, string> = new Map([
  ["EADDRINUSE", "another program listens there (stop it, or choose another path)"],
  ["EACCES", "its folder does not exist, or this user may not write to it"],
  ["ENOTSOCK", "there is something else than a socket (remove it, or choose another path)"],
]);
