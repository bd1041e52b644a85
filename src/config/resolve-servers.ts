import type { ServerConfig } from "./config.ts";
import { builtInDefaults } from "./defaults.ts";
import type { Document } from "./read-document.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { parseServerAddress } from "./server-address.ts";

/** Every server that is declared; null = its address is wrong, which has been reported. */
export type Servers = ReadonlyMap<string, ServerConfig | null>;

export function resolveServers(document: Document, { findings }: ResolveContext): Servers {
  const servers = new Map<string, ServerConfig | null>();
  for (const [name, { path, value }] of document.servers) {
    servers.set(name, null);
    if (value === null) continue;
    const written = typeof value === "string" ? value : value.url;
    const parsed = parseServerAddress(written);
    const state = typeof value === "string" ? undefined : value.state;
    if (parsed.ok) servers.set(name, { name, ...parsed.address, state: state ?? builtInDefaults.member.state });
    else findings.problem(typeof value === "string" ? path : [...path, "url"], parsed.fault);
  }
  return servers;
}
