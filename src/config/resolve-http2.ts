import type { Http2Config, RouteConfig } from "./config.ts";
import type { FarmConfig } from "./farm-config.ts";
import { builtInDefaults } from "./defaults.ts";
import type { Findings } from "./findings.ts";
import type { ListenerDocument } from "./listener-schema.ts";
import type { Path } from "./problem.ts";

/** The hosts of routes that lead to a farm with pinned connections; "*" = any host. */
export function pinnedHosts(routes: readonly RouteConfig[], farms: readonly FarmConfig[]): string[] {
  const pinned = new Set(farms.flatMap(({ name, connectionAuth }) => (connectionAuth === "pin" ? [name] : [])));
  return [...new Set(routes.flatMap(({ host, farm }) => (pinned.has(farm) ? [host ?? "*"] : [])))];
}

/** null = HTTP/1.1 alone. */
export function resolveHttp2(
  { http2 = builtInDefaults.listener.http2 }: ListenerDocument,
  pinned: readonly string[],
  path: Path,
  findings: Findings,
): Http2Config | null {
  if (http2 === "off") return null;
  if (http2 === "auto") return { http1Hosts: pinned };
  if (pinned.length > 0) {
    const message = `${pinned.join(", ")} ${pinned.length === 1 ? "leads" : "lead"} to farms with connectionAuth: pin, which need HTTP/1.1: clients of theirs are sent back to it, which costs each new connection a round trip, and old ones fail; write auto to offer HTTP/2 elsewhere only`;
    findings.warning([...path, "http2"], message);
  }
  return { http1Hosts: [] };
}
