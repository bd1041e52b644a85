import type { TlsVersion } from "./tls-version.ts";

/** What an administrator wants of a server or member; whether it works is another matter. */
export type AdminState =
  | "available"
  /** Nothing new: only what belongs there already, by affinity or a pinned connection. */
  | "drain"
  /** Nothing at all; what is under way ends. */
  | "unavailable";

/** The servers that serve one protocol. */
export interface FarmConfig {
  readonly name: string;
  readonly members: readonly [MemberConfig, ...MemberConfig[]];
  readonly health: HealthConfig | null;
  readonly balance: BalanceConfig;
  /** null = each request goes where the balance sends it. */
  readonly affinity: AffinityConfig | null;
  readonly timeouts: TimeoutsConfig;
  readonly tls: MemberTlsConfig;
  /**
   * "pin": every client connection has member connections of its own (Exchange, NTLM). "auto": member connections are
   * shared until one carries NTLM or Negotiate, which then belongs to one client connection.
   */
  readonly connectionAuth: "pin" | "auto";
  readonly failover: FailoverConfig;
  /** null = what requests meet says nothing about a member's health. */
  readonly liveTraffic: LiveTrafficConfig | null;
  /** Fewer of them available is worth a warning, and live traffic alone takes none out below it. */
  readonly minimumServers: number;
  /** How long a member that comes back gets less than its share; 0 = it gets it at once. */
  readonly slowStartMs: number;
  /** Where members are busy with `maxRequests`. */
  readonly queue: QueueConfig;
}

/** The choice among available members. */
export interface BalanceConfig {
  readonly name: BalanceName;
  /** What "hash" goes by; null with every other one. */
  readonly key: KeyConfig | null;
  /** Of "hash": 0.25 = a member may carry a quarter more than its share; 0 = no bound. */
  readonly bound: number;
}

export type BalanceName =
  | "round-robin"
  | "least-requests"
  | "least-response-time"
  | "power-of-two"
  | "total-traffic"
  | "hash";

/** What tells requests apart; in the words of the configuration file. */
export type KeyConfig =
  | { readonly source: "url" | "client-address" }
  | { readonly source: "header" | "cookie"; readonly name: string }
  | { readonly source: "query"; readonly names: readonly string[] };

/** What keeps a client on one member. */
export interface AffinityConfig {
  /** null = no cookie. */
  readonly cookie: AffinityCookieConfig | null;
  /** What clients without a cookie are known by; null = nothing. Not together with a cookie. */
  readonly key: KeyConfig | null;
  /** So many members serve one host name; 0 = all do. */
  readonly membersPerHost: number;
  /** What a client gets whose member is not available. */
  readonly whenDown: "rebalance" | "refuse";
  /** Of `key`: how long a client that sends nothing is remembered. */
  readonly idleMs: number;
}

export interface AffinityCookieConfig {
  readonly name: string;
  /** "arr": as ARR and Azure make it, of the member's host alone. */
  readonly format: "keyed" | "arr";
  /** Lower case; null = the host that was asked, and no other. */
  readonly domain: string | null;
  readonly path: string;
  /** "auto": where the client came by https. */
  readonly secure: "auto" | boolean;
  readonly httpOnly: boolean;
  /** null = the attribute is left out. */
  readonly sameSite: "lax" | "strict" | "none" | null;
  /** 0 = until the browser is closed. */
  readonly maxAgeSeconds: number;
}

/** One server in one farm, with the address that is dialled. */
export interface MemberConfig {
  readonly server: string;
  readonly protocol: "http" | "https";
  readonly host: string;
  readonly port: number;
  /** Its share relative to the others'. */
  readonly weight: number;
  /** At once, from all workers; 0 = no limit. */
  readonly maxRequests: number;
  /** As long as no operator says otherwise; the server's own state counts as well. */
  readonly state: AdminState;
  readonly identity: IdentityOfServer;
}

/** How a server names itself in the answers to checks, such as Exchange's HealthCheck.htm does; lower case. */
export interface IdentityOfServer {
  /** Must occur; null = nothing is expected. */
  readonly own: string | null;
  /** Names of other servers, which must not stand in its place. */
  readonly others: readonly string[];
}

/** The active test of a member: one request on a connection of its own. */
export interface HealthConfig {
  readonly method: string;
  readonly path: string;
  /** Host header and SNI; "" = the member's own address. */
  readonly host: string;
  readonly everyMs: number;
  /** The interval while the member is failing or not yet known. */
  readonly whileFailingMs: number;
  /** 0.2 = each interval is stretched or shortened by up to 20 %. */
  readonly jitter: number;
  readonly timeoutMs: number;
  /** Failures in a row until a healthy member is out. */
  readonly fall: number;
  /** Successes in a row until an unhealthy member is back. The very first check decides alone. */
  readonly rise: number;
  readonly expect: {
    /** Inclusive ranges. */
    readonly status: readonly (readonly [number, number])[];
    /** Must occur in the body (first 64 KiB). */
    readonly body: string | null;
  };
}

export interface TimeoutsConfig {
  readonly connectMs: number;
  /** From the last byte of the request sent to the end of the response's header. */
  readonly responseMs: number;
  /** Between two bytes of a body, either way, and of a tunnel. */
  readonly idleMs: number;
  /** A client connection between two requests. */
  readonly keepAliveMs: number;
  /** A pooled member connection; a shorter one that the member announces wins. */
  readonly memberKeepAliveMs: number;
}

export interface MemberTlsConfig {
  readonly verify: boolean;
  /** SNI and the name that is verified; null: the server's host, or for Exchange the published name. */
  readonly serverName: string | null;
  /** PEM text of the CA certificates that are trusted instead of the system's. */
  readonly ca: string | null;
  /** SHA-256 of the member's certificate, 64 lower-case hex digits; when set it alone decides. */
  readonly fingerprint: string | null;
  readonly minVersion: TlsVersion;
}

export interface FailoverConfig {
  /** Attempts in all, each on another member. 1 = never a second. */
  readonly tries: number;
  /** Body bytes kept for sending a request again. */
  readonly replayBytes: number;
  /** Which methods may be sent again after a member may have acted on them. */
  readonly repeat: "safe" | "idempotent" | "any";
  /** Requests sent again, as a part of all; 0 = no limit. Those of which nothing was sent do not count. */
  readonly budget: number;
  /** How long an attempt may wait for the response's head where the request may be sent again; 0 = as long as any. */
  readonly attemptMs: number;
  /** A GET without an answer by then is sent to another member as well, and the first answer counts; 0 = never. */
  readonly hedgeMs: number;
  /** Where no member is available: nobody is asked, all are, or those that were the last ones to work. */
  readonly allDown: "refuse" | "panic" | "last-known-good";
  /** Of the router's own 503; 0 = no Retry-After. */
  readonly retryAfterSeconds: number;
  /** HTML in latin1 that the router's own 503 shows; null = the built-in page. */
  readonly sorryPage: string | null;
}

/** When failures of requests speak against a member. */
export interface LiveTrafficConfig {
  readonly connect: boolean;
  readonly timeout: boolean;
  readonly reset: boolean;
  /** Statuses of responses, of 500 to 599. */
  readonly statuses: readonly number[];
  /** So many within `withinMs`. */
  readonly fails: number;
  readonly withinMs: number;
  /** "probe-now": a check at once decides. "eject": out for a time, then one request tries it. */
  readonly action: "probe-now" | "eject";
  /** The first time; twice as long each time it fails again. */
  readonly ejectMs: number;
  /** Of a farm's members, as a part of all: more are not ejected. */
  readonly maxEjected: number;
}

/** Requests that wait for a member to be free. */
export interface QueueConfig {
  /** More are refused. */
  readonly length: number;
  readonly timeoutMs: number;
}
