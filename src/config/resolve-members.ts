import type { FarmConfig, MemberConfig } from "./config.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { FarmDocument } from "./farm-schema.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import type { ResolveContext } from "./resolve-context.ts";
import type { Servers } from "./resolve-servers.ts";

/** null = none is left that can be used; the reasons have been reported. */
export function resolveMembers(
  written: FarmDocument["servers"],
  path: Path,
  servers: Servers,
  context: ResolveContext,
): FarmConfig["members"] | null {
  const members: MemberConfig[] = [];
  const seen = new Set<string>();
  for (const [index, entry] of written.entries()) {
    const { server: name, port } = typeof entry === "string" ? { server: entry, port: undefined } : entry;
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
    if (server) members.push({ server: name, protocol: server.protocol, host: server.host, port: port ?? server.port });
  }
  const [first, ...others] = members;
  return first === undefined ? null : [first, ...others];
}

function unknownServer(name: string, servers: Servers): string {
  const names = [...servers.keys()];
  const list = names.length === 0 ? "there are none yet" : `there are ${names.slice(0, 20).join(", ")}`;
  return `${quote(name)} is not a server${didYouMean(name, names) || ":"} write the name of one under \`servers\` (${list})`;
}
