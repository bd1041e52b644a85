import type { FarmInput } from "../config/farm-schema.ts";
import type { ImportDocument } from "../config/import-arr/import-document.ts";
import { protocolNames, protocols, type ProtocolName } from "./protocol.ts";

/** A farm that could be one of the block's. */
export interface ExchangeFarm {
  readonly name: string;
  readonly protocol: ProtocolName;
  readonly farm: FarmInput;
  /** Of its check. */
  readonly host: string;
}

/** The farms that look after a protocol of Exchange each; none where one of them does so in a way that the block has not. */
export function exchangeFarms({ farms, servers, routes }: ImportDocument): readonly ExchangeFarm[] {
  const found = Object.entries(farms).flatMap(([name, farm]) => protocolFarmOf(name, farm) ?? []);
  const inOrder = protocolNames.flatMap((name) => found.filter(({ protocol }) => protocol === name));
  const isSame =
    new Set(found.map(({ protocol }) => protocol)).size === found.length &&
    new Set(found.map(({ farm }) => JSON.stringify(farm.servers))).size === 1 &&
    found.every(({ farm }) => isOfBlock(farm, servers)) &&
    routes.every(({ path, farm }) => !isDirectory(path) || found.some(({ name }) => name === farm));
  return isSame ? inOrder : [];
}

function protocolFarmOf(name: string, farm: FarmInput): ExchangeFarm | null {
  const { health } = farm;
  if (typeof health !== "object" || health.host === undefined) return null;
  const path = health.path?.toLowerCase();
  const protocol = protocolNames.find((one) => path === `/${protocols[one].directory}/healthcheck.htm`.toLowerCase());
  return protocol === undefined ? null : { name, protocol, farm, host: health.host };
}

function isOfBlock(
  { health, balance, affinity, servers: members }: FarmInput,
  servers: ImportDocument["servers"],
): boolean {
  const speaksTls = members.every((entry) => {
    const server = typeof entry === "string" ? entry : entry.server;
    return servers[server]?.startsWith("http://") === false;
  });
  const isHealthy = typeof health === "object" && acceptsHealthy(health.expect);
  return speaksTls && isHealthy && balance === undefined && affinity === undefined;
}

/** "/owa" and its like. */
function isDirectory(path = "/"): boolean {
  return protocolNames.some((name) => path.toLowerCase() === `/${protocols[name].directory}`.toLowerCase());
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
