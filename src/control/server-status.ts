import type { Config } from "../config/config.ts";
import { authorityOf } from "../http/authority.ts";
import type { FarmStatus, ServerStatus } from "./farm-status.ts";
import { stateStatus } from "./member-status.ts";
import type { OperatorState } from "./operator-states.ts";

/** All servers, each with its members. `operator`: an operator's word about a server as a whole. */
export function serverStatuses(
  { servers }: Pick<Config, "servers">,
  farms: readonly FarmStatus[],
  operator: (server: string) => OperatorState | null,
): ServerStatus[] {
  return servers.map(({ name, protocol, host, port, state }) => {
    const members = farms.flatMap((farm) =>
      farm.members.filter(({ server }) => server === name).map((member) => ({ ...member, farm: farm.name })),
    );
    const own = operator(name);
    return {
      name,
      address: `${protocol}://${authorityOf(host, port)}`,
      state: own?.state ?? state,
      stateSet: own === null ? null : stateStatus("server", own),
      members,
      held: members.reduce((sum, { held }) => sum + held, 0),
      oldestMs: Math.max(0, ...members.map(({ oldestMs }) => oldestMs)),
    };
  });
}

/** What an operator should hear who has just given a state: where too few are left. */
export function stateWarnings(farms: readonly FarmStatus[], server: string): string[] {
  return farms.flatMap(({ name, members, minimumServers }) => {
    if (!members.some((member) => member.server === server)) return [];
    const available = members.filter(({ healthy, state }) => healthy === true && state === "available").length;
    if (available >= Math.max(minimumServers, 1)) return [];
    const least = minimumServers > 1 ? ` (minimumServers is ${minimumServers})` : "";
    const left = available === 0 ? "has no server left" : `has ${available} of ${members.length} servers left`;
    return [`${name} ${left}${least}`];
  });
}
