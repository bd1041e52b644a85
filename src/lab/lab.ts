import type { LabCertificates } from "./certificates.ts";
import type { LabServer } from "./lab-server.ts";
import { serverStatus, type LabStatus } from "./lab-status.ts";
import type { Pool, PoolFault } from "./pool.ts";
import { isProtocol, protocols } from "./protocols.ts";

/** A name that the lab does not know; the message says which there are. */
export class UnknownInLab extends Error {
  override readonly name = "UnknownInLab";
}

/** A running lab. Its switches throw UnknownInLab for a server or protocol that it does not have. */
export class Lab {
  readonly servers: readonly LabServer[];
  /** null = no server has TLS and none were given. */
  readonly certificates: LabCertificates | null;

  constructor(servers: readonly LabServer[], certificates: LabCertificates | null) {
    this.servers = servers;
    this.certificates = certificates;
  }

  server(name: string): LabServer {
    const found = this.servers.find(({ frontEnd }) => frontEnd.name === name);
    if (found !== undefined) return found;
    const names = this.servers.map(({ frontEnd }) => frontEnd.name).join(", ");
    throw new UnknownInLab(`The lab has no server "${name}"; it has ${names}.`);
  }

  pool(server: string, protocol: string): Pool {
    const { frontEnd } = this.server(server);
    if (isProtocol(protocol)) return frontEnd.pools[protocol];
    throw new UnknownInLab(`"${protocol}" is no protocol of the lab; it has ${protocols.join(", ")}.`);
  }

  /** Back to normal, faults included. */
  start(server: string, protocol: string): void {
    Object.assign(this.pool(server, protocol), { state: "running", delayMs: 0, fault: null } satisfies Partial<Pool>);
  }

  /** Requests that are being answered are not cut off. */
  stop(server: string, protocol: string): void {
    this.pool(server, protocol).state = "stopped";
  }

  /** Requests that come are never answered, not even after `start`. */
  hang(server: string, protocol: string): void {
    this.pool(server, protocol).state = "hung";
  }

  slow(server: string, protocol: string, delayMs: number): void {
    Object.assign(this.pool(server, protocol), { state: "slow", delayMs } satisfies Partial<Pool>);
  }

  /** Spoils the next `times` requests of this protocol, health checks excepted. */
  fault(server: string, protocol: string, fault: PoolFault, times = Number.POSITIVE_INFINITY): void {
    Object.assign(this.pool(server, protocol), { fault, faultsLeft: times } satisfies Partial<Pool>);
  }

  status(): LabStatus {
    return { servers: this.servers.map(serverStatus) };
  }

  /** Cuts every connection and frees the ports. */
  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
  }
}
