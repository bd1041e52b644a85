import type { Config } from "../../src/config/config.ts";
import type {
  FailoverConfig,
  FarmConfig,
  HealthConfig,
  LiveTrafficConfig,
  MemberConfig,
  MemberTlsConfig,
} from "../../src/config/farm-config.ts";

/** Small configurations for tests of single parts; everything that a test does not name is harmless. */
export function aConfig(farms: readonly FarmConfig[], rest: Partial<Config> = {}): Config {
  return {
    file: "fairlead.yaml",
    listeners: [],
    servers: [],
    farms,
    routes: [],
    rules: { inbound: [], outbound: [], maps: [] },
    forwarded: { trusted: [], standard: false },
    identity: { logId: false, joinTrace: false, sample: 0 },
    acme: null,
    limits: { connections: null, connectionsPerClient: null, requests: null },
    admin: null,
    accessLog: null,
    log: { level: "info", format: null, file: null, rotate: null },
    metrics: null,
    tracing: null,
    events: { webhook: null },
    workers: 0,
    stop: { graceMs: 30_000, upgradeGraceMs: 3_600_000 },
    stateFile: null,
    ...rest,
  };
}

export function aFarm(rest: Partial<FarmConfig> = {}): FarmConfig {
  return {
    name: "owa",
    members: [aMember("cas1")],
    health: aHealth(),
    balance: { name: "round-robin", key: null, bound: 0 },
    affinity: null,
    timeouts: { connectMs: 5000, responseMs: 5000, idleMs: 5000, keepAliveMs: 5000, memberKeepAliveMs: 5000 },
    tls: aMemberTls(),
    connectionAuth: "auto",
    failover: aFailover(),
    liveTraffic: aLiveTraffic(),
    minimumServers: 1,
    slowStartMs: 0,
    queue: { length: 100, timeoutMs: 10_000 },
    ...rest,
  };
}

export function aFailover(rest: Partial<FailoverConfig> = {}): FailoverConfig {
  return {
    tries: 2,
    replayBytes: 65_536,
    repeat: "idempotent",
    budget: 0.2,
    attemptMs: 0,
    hedgeMs: 0,
    allDown: "refuse",
    retryAfterSeconds: 5,
    sorryPage: null,
    ...rest,
  };
}

export function aLiveTraffic(rest: Partial<LiveTrafficConfig> = {}): LiveTrafficConfig {
  return {
    connect: true,
    timeout: true,
    reset: true,
    statuses: [502, 503, 504],
    fails: 2,
    withinMs: 5000,
    action: "probe-now",
    ejectMs: 30_000,
    maxEjected: 0.5,
    ...rest,
  };
}

export function aMember(server: string, host = "127.0.0.1", port = 80): MemberConfig {
  return {
    server,
    protocol: "http",
    host,
    port,
    weight: 1,
    maxRequests: 0,
    state: "available",
    identity: { own: null, others: [] },
  };
}

export function aMemberTls(rest: Partial<MemberTlsConfig> = {}): MemberTlsConfig {
  return { verify: true, serverName: null, ca: null, fingerprint: null, minVersion: "TLSv1.2", ...rest };
}

export function aHealth(rest: Partial<HealthConfig> = {}): HealthConfig {
  return {
    method: "GET",
    path: "/owa/HealthCheck.htm",
    host: "mail.example.test",
    everyMs: 5000,
    whileFailingMs: 1000,
    jitter: 0,
    timeoutMs: 2000,
    fall: 2,
    rise: 2,
    expect: { status: [[200, 200]], body: "200 OK" },
    ...rest,
  };
}
