import type { FarmInput } from "../config/farm-schema.ts";
import { protocolNames, protocols, type ProtocolName } from "./protocol.ts";

/** A farm that could be one of the block's. */
export interface ExchangeFarm {
  readonly name: string;
  readonly protocol: ProtocolName;
  readonly farm: FarmInput;
  /** Of its check. */
  readonly host: string;
}

/** The farms that look after a protocol of Exchange as the block would, all with the same servers. */
export function exchangeFarms(
  farms: Readonly<Record<string, FarmInput>>,
  servers: Readonly<Record<string, string>>,
): readonly ExchangeFarm[] {
  const candidates = Object.entries(farms).flatMap(([name, farm]) => candidateOf(name, farm, servers) ?? []);
  const members = [...new Set(candidates.map(membersText))];
  const groups = members.map((text) => firstOfEach(candidates.filter((one) => membersText(one) === text)));
  return groups.toSorted((a, b) => b.length - a.length)[0] ?? [];
}

const membersText = ({ farm }: ExchangeFarm): string => JSON.stringify(farm.servers);

function firstOfEach(farms: readonly ExchangeFarm[]): readonly ExchangeFarm[] {
  return protocolNames.flatMap((name) => farms.find(({ protocol }) => protocol === name) ?? []);
}

function candidateOf(name: string, farm: FarmInput, servers: Readonly<Record<string, string>>): ExchangeFarm | null {
  const { health, balance, affinity } = farm;
  if (typeof health !== "object" || health.host === undefined || balance !== undefined || affinity !== undefined) {
    return null;
  }
  const path = health.path?.toLowerCase();
  const protocol = protocolNames.find((one) => path === `/${protocols[one].directory}/healthcheck.htm`.toLowerCase());
  const speaksTls = farm.servers.every((entry) => {
    const server = typeof entry === "string" ? entry : entry.server;
    return servers[server]?.startsWith("http://") === false;
  });
  if (protocol === undefined || !speaksTls || !acceptsHealthy(health.expect)) return null;
  return { name, protocol, farm, host: health.host };
}

type Expect = Exclude<FarmInput["health"], string | undefined>["expect"];

/** What HealthCheck.htm says where all is well: 200, and 200 OK. */
function acceptsHealthy({ status, body }: NonNullable<Expect> = {}): boolean {
  const statuses = status === undefined ? [] : Array.isArray(status) ? status : [status];
  const accepts =
    statuses.length === 0 ||
    statuses.some((one) => /^(?:200|[12]\d\d-[2-5]\d\d)$/.test(`${one}`) && isOver200(`${one}`));
  return accepts && (body === undefined || "200 ok".includes(body.toLowerCase()));
}

function isOver200(range: string): boolean {
  const [low = 0, high = low] = range.split("-").map(Number);
  return low <= 200 && high >= 200;
}
