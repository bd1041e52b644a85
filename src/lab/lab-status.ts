import type { LabServer } from "./lab-server.ts";
import type { PoolFault, PoolState } from "./pool.ts";
import { byProtocol, type Personality, type Protocol } from "./protocols.ts";

/** Plain data: what `fairlead lab status --json` prints. */
export interface LabStatus {
  readonly servers: readonly LabServerStatus[];
}

export interface LabServerStatus {
  readonly name: string;
  readonly fqdn: string;
  readonly url: string;
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
  readonly personality: Personality;
  readonly openConnections: number;
  /** Since the start. */
  readonly acceptedConnections: number;
  /** Of RPC over HTTP; the front ends of 2013 and newer count together. */
  readonly rpc: { readonly virtualConnections: number; readonly bytesReceived: number };
  readonly pools: Readonly<Record<Protocol, PoolStatus>>;
}

export interface PoolStatus {
  readonly state: PoolState;
  readonly delayMs: number;
  readonly fault: PoolFault | null;
  /** Without health checks. */
  readonly requests: number;
  readonly healthChecks: number;
}

export function serverStatus(server: LabServer): LabServerStatus {
  const { frontEnd, address, port, tls, openConnections, acceptedConnections } = server;
  const { name, fqdn, personality, virtualConnections } = frontEnd;
  return {
    name,
    fqdn,
    url: `${tls ? "https" : "http"}://${address}:${port}`,
    address,
    port,
    tls,
    personality,
    openConnections,
    acceptedConnections,
    rpc: { virtualConnections: virtualConnections.established, bytesReceived: virtualConnections.bytesReceived },
    pools: byProtocol((protocol) => {
      const { state, delayMs, fault, requests, healthChecks } = frontEnd.pools[protocol];
      return { state, delayMs, fault, requests, healthChecks };
    }),
  };
}
