import type { ServerConfig } from "./config.ts";
import type { FarmConfig, IdentityOfServer, MemberConfig } from "./farm-config.ts";
import { builtInDefaults } from "./defaults.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { FarmDocument } from "./farm-schema.ts";
import { isIp } from "./host-name.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import type { Document } from "./read-document.ts";
import type { ResolveContext } from "./resolve-context.ts";
import type { Servers } from "./resolve-servers.ts";

export interface MembersParts {
  readonly written: FarmDocument["servers"];
  /** Of the farm. */
  readonly maxRequests: number | undefined;
  readonly servers: Servers;
  readonly document: Pick<Document, "servers">;
}

/** null = none is left that can be used; the reasons have been reported. */
export function resolveMembers(parts: MembersParts, path: Path, context: ResolveContext): FarmConfig["members"] | null {
  const { servers } = parts;
  const members: MemberConfig[] = [];
  const seen = new Set<string>();
  for (const [index, entry] of parts.written.entries()) {
    const written = typeof entry === "string" ? { server: entry } : entry;
    const name = written.server;
    const place = typeof entry === "string" ? [...path, index] : [...path, index, "server"];
    if (seen.has(name)) {
      context.findings.problem(
        place,
        `${quote(name)} stands twice in this farm: remove one, a server is one member of a farm`,
      );
      continue;
    }
    seen.add(name);
    const server = servers.get(name);
    if (server === undefined) context.findings.problem(place, unknownServer(name, servers));
    if (server) members.push(resolveMember(written, server, parts));
  }
  const [first, ...others] = members;
  return first === undefined ? null : [first, ...others];
}

type MemberDocument = Exclude<FarmDocument["servers"][number], string>;

function resolveMember(written: MemberDocument, server: ServerConfig, parts: MembersParts): MemberConfig {
  const { protocol, host, port } = server;
  return {
    server: server.name,
    protocol,
    host,
    port: written.port ?? port,
    weight: written.weight ?? builtInDefaults.member.weight,
    maxRequests: written.maxRequests ?? parts.maxRequests ?? 0,
    state: written.state ?? builtInDefaults.member.state,
    identity: identityOf(server, parts),
  };
}

/** The host name of the farm's other server in an answer can only mean that this other server gave it. */
function identityOf(server: ServerConfig, { written, servers, document }: MembersParts): IdentityOfServer {
  const own = writtenIdentity(server.name, document);
  const others = written.flatMap((entry) => {
    const other = servers.get(typeof entry === "string" ? entry : entry.server) ?? null;
    if (other === null || other.name === server.name) return [];
    const named = writtenIdentity(other.name, document) ?? (isName(other.host) ? other.host.toLowerCase() : null);
    return named === null || named === own || named === server.host.toLowerCase() ? [] : [named];
  });
  return { own, others: [...new Set(others)] };
}

function writtenIdentity(name: string, { servers }: MembersParts["document"]): string | null {
  const value = servers.get(name)?.value;
  return typeof value === "object" ? (value?.identity?.toLowerCase() ?? null) : null;
}

/** A short name may be part of anything. */
function isName(host: string): boolean {
  return host.includes(".") && !isIp(host);
}

function unknownServer(name: string, servers: Servers): string {
  const names = [...servers.keys()];
  const list = names.length === 0 ? "there are none yet" : `there are ${names.slice(0, 20).join(", ")}`;
  return `${quote(name)} is not a server${didYouMean(name, names) || ":"} write the name of one under \`servers\` (${list})`;
}
