import { authorityOf } from "../http/authority.ts";
import type { ListenerConfig } from "./config.ts";

/** As people read it: "*:443", "[::1]:80", "unix:/run/fairlead/http.sock". */
export function listenPlaceText({ address, port, unix }: Pick<ListenerConfig, "address" | "port" | "unix">): string {
  return unix === null ? authorityOf(address || "*", port) : `unix:${unix.path}`;
}
