import { createSecureContext, type SecureContext } from "node:tls";
import { systemClock, type Clock } from "../util/clock.ts";
import { createLabCertificates, type LabCertificates } from "./certificates.ts";
import type { FrontEnd } from "./front-end.ts";
import { Lab } from "./lab.ts";
import { defaultOabBytes, defaultTimings, type LabOptions, type LabServerOptions } from "./lab-options.ts";
import { LabServer } from "./lab-server.ts";
import { LogonSessions } from "./logon-sessions.ts";
import { createPool } from "./pool.ts";
import { byProtocol, type Protocol } from "./protocols.ts";
import { VirtualConnections } from "./rpc/virtual-connections.ts";
import { labUsers, UserDirectory } from "./users.ts";

const defaultServers: readonly LabServerOptions[] = [{ name: "cas1" }, { name: "cas2" }];

/** What front ends know together: since 2013 all of them, before each for itself. */
type Shared = Pick<FrontEnd, "sessions" | "virtualConnections">;

/** Starts the simulated Exchange organisation on 127.0.0.1. Rejects when a port cannot be had; nothing stays open then. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const clock = options.clock ?? systemClock;
  const configs = options.servers ?? defaultServers;
  const certificates = await certificatesFor(configs, options, clock);
  const users = new UserDirectory(options.users ?? labUsers);
  const shared = createShared();
  const servers = configs.map((config) => {
    const known = (config.personality ?? "2013") === "2013" ? shared : createShared();
    const frontEnd = createFrontEnd(config, options, { ...known, users, clock });
    return new LabServer(frontEnd, secureContextOf(config, certificates));
  });
  const lab = new Lab(servers, certificates);
  const outcomes = await Promise.allSettled(servers.map((server, index) => server.listen(configs[index]?.port ?? 0)));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed === undefined) return lab;
  await lab.close();
  throw failed.reason;
}

function createShared(): Shared {
  return { sessions: new LogonSessions(), virtualConnections: new VirtualConnections() };
}

function createFrontEnd(
  config: LabServerOptions,
  options: LabOptions,
  parts: Shared & Pick<FrontEnd, "users" | "clock">,
): FrontEnd {
  return {
    ...parts,
    name: config.name,
    fqdn: fqdnOf(config),
    computer: config.name.toUpperCase(),
    personality: config.personality ?? "2013",
    authentication: byProtocol((protocol) => authenticationOf(config, protocol)),
    pools: byProtocol(createPool),
    timings: { ...defaultTimings, ...options.timings },
    oabBytes: options.oabBytes ?? defaultOabBytes,
    emit: options.onEvent ?? ((): void => undefined),
  };
}

function authenticationOf({ authentication }: LabServerOptions, protocol: Protocol): "required" | "none" {
  if (typeof authentication === "string") return authentication;
  return authentication?.[protocol] ?? "required";
}

function fqdnOf(config: LabServerOptions): string {
  return config.fqdn ?? `${config.name}.tailspintoys.local`;
}

async function certificatesFor(
  servers: readonly LabServerOptions[],
  options: LabOptions,
  clock: Clock,
): Promise<LabCertificates | null> {
  if (options.certificates !== undefined) return options.certificates;
  if (servers.every(({ tls }) => tls === false)) return null;
  const names = servers.map((config) => ({ name: config.name, fqdn: fqdnOf(config) }));
  return createLabCertificates({ servers: names }, clock);
}

function secureContextOf(config: LabServerOptions, certificates: LabCertificates | null): SecureContext | null {
  if (config.tls === false) return null;
  const certificate = certificates?.servers[config.name];
  if (certificate === undefined) throw new Error(`The certificates have none for the lab server "${config.name}".`);
  const files = { cert: certificate.certificate, key: certificate.key };
  const maxVersion = config.maxTlsVersion;
  if (maxVersion === undefined) return createSecureContext(files);
  // OpenSSL 3 has TLS before 1.2 on its lowest security level only.
  return createSecureContext({ ...files, maxVersion, minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" });
}
