import type { FarmInput } from "../farm-schema.ts";
import type { PlannedFarm, Scheme } from "./farm-plan.ts";
import type { ArrMember } from "./read-farms.ts";
import { ValidNames } from "./valid-names.ts";

type Members = FarmInput["servers"];

/** `servers`, and how farms name them. */
export interface ServerPlan {
  readonly servers: Readonly<Record<string, string>>;
  membersOf(planned: PlannedFarm): Members;
}

interface Server {
  readonly name: string;
  readonly port: number;
}

/** A server for each address and scheme, with the port that most farms use. */
export function planServers(farms: readonly PlannedFarm[]): ServerPlan {
  const ports = new Map<string, { address: string; scheme: Scheme; counts: Map<number, number> }>();
  for (const { farm, scheme } of farms) {
    for (const member of farm.members) {
      const entry = ports.get(keyOf(member, scheme)) ?? { address: member.address, scheme, counts: new Map() };
      entry.counts.set(portOf(member, scheme), (entry.counts.get(portOf(member, scheme)) ?? 0) + 1);
      ports.set(keyOf(member, scheme), entry);
    }
  }
  const names = new ValidNames();
  const planned = new Map<string, Server>();
  const servers: Record<string, string> = {};
  for (const [key, { address, scheme, counts }] of ports) {
    const [[port] = [0]] = [...counts].toSorted(([, a], [, b]) => b - a);
    const both = ports.has(`${address.toLowerCase()} https`) && scheme === "http";
    const name = names.take(`${address}${both ? "-http" : ""}`);
    planned.set(key, { name, port });
    servers[name] = addressText(address, scheme, port);
  }
  const member = (planned_: PlannedFarm, one: ArrMember): Members[number] =>
    memberEntry(planned_, one, planned.get(keyOf(one, planned_.scheme)));
  return { servers, membersOf: (farm) => farm.farm.members.map((one) => member(farm, one)) };
}

const keyOf = ({ address }: ArrMember, scheme: Scheme): string => `${address.toLowerCase()} ${scheme}`;

function portOf({ httpPort, httpsPort }: ArrMember, scheme: Scheme): number {
  return scheme === "http" ? httpPort : httpsPort;
}

/** https and its port are what a server has when nothing else is said. */
function addressText(address: string, scheme: Scheme, port: number): string {
  const own = scheme === "http" ? 80 : 443;
  if (port !== own) return `${scheme}://${address}:${port}`;
  return scheme === "http" ? `http://${address}` : address;
}

function memberEntry({ farm, scheme }: PlannedFarm, member: ArrMember, server: Server | undefined): Members[number] {
  const name = server?.name ?? member.address;
  const port = portOf(member, scheme);
  const other = {
    ...(port === server?.port ? {} : { port }),
    ...(member.weight === 1 ? {} : { weight: member.weight }),
    ...(farm.enabled && member.enabled ? {} : { state: "unavailable" as const }),
  };
  return Object.keys(other).length === 0 ? name : { server: name, ...other };
}
