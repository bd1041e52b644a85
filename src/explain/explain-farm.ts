import type { AffinityConfig, FarmConfig, MemberConfig } from "../config/farm-config.ts";
import type { FarmStatus, MemberStatus } from "../control/farm-status.ts";
import { Farm } from "../farm/farm.ts";
import { Member } from "../farm/member.ts";
import { authorityOf } from "../http/authority.ts";
import { createRequestKey } from "../router/request-key.ts";
import { Senders } from "../router/senders.ts";
import type { ExplainedClient } from "./explained-client.ts";
import type { ExplainedFarm, ExplainedMember } from "./explanation.ts";

/** What balances that leave it to chance or turn say of their choice. */
const reasons: Readonly<Record<FarmConfig["balance"]["name"], string>> = {
  "round-robin": "any that is available, in turn",
  "least-requests": "the fewest requests under way for its weight",
  "least-response-time": "the shortest response time for what it has under way",
  "power-of-two": "the less busy one of two, by chance",
  "total-traffic": "the least traffic so far for its weight",
  hash: "what its hash goes by leads to it",
};

/** The members of a farm, and which of them would get the request. `status`: null = nothing is known of them. */
export function explainFarm(config: FarmConfig, status: FarmStatus | null, client: ExplainedClient): ExplainedFarm {
  const known = new Map(status?.members.map((member) => [member.server, member]));
  const members = config.members.map((member) => memberOf(config, member, known.get(member.server)));
  const farm = new Farm(config, members, { random: () => 0, monotonic: () => 0 });
  const { key } = config.balance;
  const wish = { key: key === null ? "" : createRequestKey(key, new Senders([]))(client), host: "", owner: "" };
  const chosen = status === null ? null : farm.choose([], wish);
  return {
    name: config.name,
    balance: config.balance.name,
    affinity: affinityText(config),
    members: members.map((member) => explainMember(member, known.get(member.config.server), { config, chosen })),
  };
}

/** As the forwarding side would know it. */
function memberOf({ name }: FarmConfig, config: MemberConfig, status: MemberStatus | undefined): Member {
  const member = new Member(name, config);
  if (status === undefined) return member;
  member.health = status.trial ? "trial" : status.healthy === true ? "up" : "down";
  member.state = status.state;
  member.current = status.current;
  member.latencyMs = status.responseTimeMs;
  return member;
}

interface Choice {
  readonly config: FarmConfig;
  readonly chosen: Member | null;
}

function explainMember(member: Member, status: MemberStatus | undefined, { config, chosen }: Choice): ExplainedMember {
  const { protocol, host, port, server } = member.config;
  return {
    server,
    address: `${protocol}://${authorityOf(host, port)}`,
    state: status?.state ?? "available",
    health: status === undefined || status.healthy === null ? "unknown" : member.health,
    current: status?.current ?? 0,
    chosen: member === chosen,
    why: member === chosen ? reasons[config.balance.name] : whyNot(member, status, chosen),
  };
}

function whyNot(member: Member, status: MemberStatus | undefined, chosen: Member | null): string {
  if (status === undefined) return "";
  if (status.state === "unavailable") return takenOut("it is out of service", status);
  if (status.healthy === false && !status.trial) return `it is down: ${status.reason ?? "no reason known"}`;
  if (status.healthy === null) return "its first check has not ended yet";
  if (status.state === "drain") return takenOut("it gets nothing new but what belongs there", status);
  if (member.full)
    return status.trial ? "it is on trial, with one request at a time" : "it has as many requests as it may";
  return chosen === null ? "" : "it may be chosen another time";
}

function takenOut(what: string, { stateSet }: MemberStatus): string {
  if (stateSet === null) return `${what}, by the configuration`;
  return `${what}, by ${stateSet.by} since ${stateSet.at}${stateSet.note === "" ? "" : ` (${stateSet.note})`}`;
}

function affinityText({ affinity, connectionAuth }: FarmConfig): string {
  const pinned = connectionAuth === "pin" ? ["each client connection has member connections of its own"] : [];
  return [...(affinity === null ? [] : [rememberedBy(affinity)]), ...pinned].join("; ");
}

function rememberedBy({ cookie, key, membersPerHost }: AffinityConfig): string {
  if (cookie !== null) return `a client that sends the cookie ${cookie.name} goes to the member it names`;
  if (key !== null) return `a client that was here before goes to its member again, known by its ${key.source}`;
  return `each host name has ${membersPerHost} of the members`;
}
