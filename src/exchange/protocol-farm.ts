import type { FarmInput } from "../config/farm-schema.ts";
import { durationText } from "../config/units.ts";
import { healthCheck } from "./health-check.ts";
import { protocols } from "./protocol.ts";
import type { ProtocolName } from "./protocol.ts";
import { sessionAffinity } from "./session-affinity.ts";
import { isOld } from "./version.ts";
import type { Version } from "./version.ts";

interface FarmParts {
  readonly version: Version;
  readonly servers: FarmInput["servers"];
  /** The published name, which is what the servers' certificate is valid for. */
  readonly host: string;
  readonly tls: FarmInput["tls"];
  /** Whose check judges the members. */
  readonly judge: ProtocolName;
  /** What the farm serves; its time-outs suit the most patient of them. */
  readonly serves: readonly ProtocolName[];
}

export function protocolFarm({ version, servers, host, tls, judge, serves }: FarmParts): FarmInput {
  const served = serves.map((name) => protocols[name]);
  return {
    servers: [...servers],
    health: healthCheck(judge, version),
    ...sessionAffinity(version, serves),
    timeouts: {
      response: longest(served.map((protocol) => protocol.responseMs)),
      idle: longest(served.map((protocol) => protocol.idleMs)),
      keepAlive: longest(served.map((protocol) => protocol.keepAliveMs)),
    },
    tls: { serverName: host, ...(isOld(version) ? { minVersion: "TLSv1" as const } : {}), ...tls },
    connectionAuth: served.some((protocol) => protocol.connectionAuth === "pin") ? "pin" : "auto",
  };
}

/** off is longer than all. */
function longest(times: readonly number[]): string {
  return durationText(times.includes(0) ? 0 : Math.max(...times));
}
