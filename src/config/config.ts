import type { eventKinds } from "./event-kinds.ts";
import type { AdminState, FarmConfig } from "./farm-config.ts";
import type { RulesConfig } from "../rules/rule-config.ts";
import type { TlsVersion } from "./tls-version.ts";

/**
 * The configuration in force: resolved, every default filled in, times in milliseconds (0 = off), sizes in bytes.
 * It is plain data, so that it can be sent to a worker and compared with another one.
 */
export interface Config {
  /** The file it came from, as given on the command line. */
  readonly file: string;
  readonly listeners: readonly ListenerConfig[];
  readonly servers: readonly ServerConfig[];
  readonly farms: readonly FarmConfig[];
  readonly routes: readonly RouteConfig[];
  readonly rules: RulesConfig;
  readonly forwarded: ForwardedConfig;
  readonly identity: IdentityConfig;
  readonly acme: AcmeConfig | null;
  readonly limits: LimitsConfig;
  /** null = none is written. */
  readonly accessLog: AccessLogConfig | null;
  readonly log: LogConfig;
  readonly admin: AdminConfig | null;
  /** Where others than this machine may read the metrics; null = nowhere. */
  readonly metrics: MetricsConfig | null;
  /** null = nothing is traced. */
  readonly tracing: TracingConfig | null;
  readonly events: EventsConfig;
  /** 0 = all in one process; "auto" = a worker process per core. */
  readonly workers: number | "auto";
  readonly stop: StopConfig;
  /** Absolute: where operators' states are kept over a restart; null = nowhere. */
  readonly stateFile: string | null;
}

/** One address and port, or one Unix domain socket, on which clients connect. */
export interface ListenerConfig {
  /** Which entry of `listen` asked for it. */
  readonly entry: number;
  /** "" = all addresses, IPv4 and IPv6 ("::" is IPv6 alone); for a Unix domain socket too. In its shortest form. */
  readonly address: string;
  /** 0 = any free one; for a Unix domain socket too. */
  readonly port: number;
  readonly unix: UnixSocketConfig | null;
  /**
   * CIDRs (or "unix") of the balancers that begin each connection with a PROXY protocol header; nobody else may connect.
   * null = none do.
   */
  readonly proxyProtocol: readonly string[] | null;
  readonly tls: ListenerTlsConfig | null;
  /** Answers every request with a redirect to https on `port` (443 is left out of the URL). */
  readonly redirect: { readonly port: number } | null;
  /** From the first byte of a request to the end of its header. */
  readonly headerTimeoutMs: number;
  readonly maxHeaderBytes: number;
  /** Field lines of a request's header. */
  readonly maxHeaderFields: number;
  /** Of the request target, as it stands in the request line. */
  readonly maxUrlBytes: number;
}

export interface UnixSocketConfig {
  /** Absolute; on Windows a named pipe. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
}

export interface ListenerTlsConfig {
  /** The first one also answers where no name fits. */
  readonly certificates: readonly [CertificateConfig, ...CertificateConfig[]];
  readonly policy: TlsPolicy;
  /** Not below what the policy allows. */
  readonly minVersion: TlsVersion;
  /** A client that asks for no name or an unknown one is shown no certificate. */
  readonly strictSni: boolean;
  /** null = clients are not asked for one. */
  readonly clientCertificate: ClientCertificateConfig | null;
  /** null = HTTP/1.1 alone. */
  readonly http2: Http2Config | null;
}

/** To whom HTTP/2 is offered. */
export interface Http2Config {
  /**
   * Names that get HTTP/1.1 alone, since a farm behind them pins connections: "*.x" = any name under x, "x.*" = any that begins so, "*" = any. A
   * client that asks for no name gets HTTP/2 only where there is none of them.
   */
  readonly http1Hosts: readonly string[];
}

/** Certificates of clients (mutual TLS). */
export interface ClientCertificateConfig {
  /** PEM text of the CAs that are trusted to sign them, and no others. */
  readonly ca: string;
  /** Requests without one are refused. */
  readonly require: boolean;
  /** Names, "*." for one label; null = all of the listener's. */
  readonly hosts: readonly string[] | null;
  /** The field in which members get it. */
  readonly header: string;
  /** PEM text of CRLs; null = revocation is not checked. */
  readonly crl: string | null;
}

/** Which versions and cipher suites clients may use; the suites are in listen/tls-policy.ts. */
export type TlsPolicy = "modern" | "intermediate" | "legacy";

/** A certificate that was read and checked at load; made by `certificateConfig`. */
export interface CertificateConfig {
  readonly file: string;
  /** DNS names it is valid for, lower case, "*." wildcards as written. */
  readonly names: readonly string[];
  /** `certificate`: the server's, then the intermediate ones, each of which signed the one before. */
  readonly pem: { readonly certificate: string; readonly key: string };
  /** Such as "rsa", or the curve's name, such as "prime256v1"; a client that can use several of a name's certificates chooses among them. */
  readonly keyType: string;
  /** The common name of the CA that signed it. */
  readonly issuer: string;
  /** Hex. */
  readonly serial: string;
  /** Milliseconds since 1970, as `notAfter`. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Where its revocation status is asked for, and its issuer's certificate in PEM; null = it can't be. */
  readonly ocsp: { readonly url: string; readonly issuer: string } | null;
  /** Clients refuse it without a stapled OCSP response (RFC 7633). */
  readonly mustStaple: boolean;
}

/** The account at a certificate authority that speaks ACME (RFC 8555), and the certificates to keep with it. */
export interface AcmeConfig {
  readonly email: string | null;
  /** The directory's URL. */
  readonly directory: string;
  /** PEM of the CA certificates to trust for the directory instead of the system's. */
  readonly ca: string | null;
  /** RFC 8555 7.3.4, the key in base64url. */
  readonly eab: { readonly keyId: string; readonly hmacKey: string } | null;
  /** Tried in turn. */
  readonly challenges: readonly [AcmeChallengeType, ...AcmeChallengeType[]];
  /** Of this directory alone. */
  readonly folder: string;
  readonly certificates: readonly AcmeCertificateConfig[];
}

export type AcmeChallengeType = "http-01" | "tls-alpn-01";

export interface AcmeCertificateConfig {
  /** Lower case. */
  readonly names: readonly [string, ...string[]];
  readonly key: "ecdsa" | "rsa";
  /** As in the `CertificateConfig` of the listeners. */
  readonly file: string;
  /** Of that file: PEM with key and certificates; it need not exist yet. */
  readonly path: string;
}

/** A machine, declared once. */
export interface ServerConfig {
  readonly name: string;
  readonly protocol: "http" | "https";
  readonly host: string;
  readonly port: number;
  /** Of all its members, as long as no operator says otherwise. */
  readonly state: AdminState;
}

export interface RouteConfig {
  /** Lower case; null = any host; "*.x" = any name under x (one or more labels); "x.*" = any name that begins with "x.". */
  readonly host: string | null;
  /** Decoded, lower case, begins with "/", no trailing slash but "/" itself. Matches whole segments. */
  readonly path: string;
  /** true: only the path itself, nothing below it. Goes before a route with the same path that is not exact. */
  readonly exact?: true;
  readonly farm: string;
  /** Absent = none. */
  readonly limits?: RouteLimitsConfig;
}

/** Who may send requests, and how many. */
export interface RequestLimitsConfig {
  /** CIDRs of those who may; null = everybody. "unix": those on Unix domain sockets. */
  readonly allow: readonly string[] | null;
  /** CIDRs of those who may not, even where `allow` has them. */
  readonly deny: readonly string[];
  readonly rate: RateConfig | null;
}

export interface RouteLimitsConfig extends RequestLimitsConfig {
  /** 0 = no limit. */
  readonly maxBodyBytes: number;
}

/** So many requests in that time from one client address, and as many at once as `burst`. */
export interface RateConfig {
  readonly requests: number;
  readonly perMs: number;
  readonly burst: number;
}

export interface ForwardedConfig {
  /** CIDRs of the peers whose X-Forwarded-* and Forwarded headers are kept; "unix": those on Unix domain sockets. */
  readonly trusted: readonly string[];
  /** Also send RFC 7239's Forwarded. */
  readonly standard: boolean;
}

export interface MetricsConfig {
  /** "" = all addresses. */
  readonly address: string;
  readonly port: number;
  /** CIDRs of those who may read. */
  readonly allow: readonly string[];
}

/** null = not limited, but by what the process can open. */
export interface LimitsConfig {
  /** Client connections of all listeners together. */
  readonly connections: number | null;
  /** Of one IPv4 address, or one IPv6 network of 64 bits. */
  readonly connectionsPerClient: number | null;
  /** Of all requests, whatever their route; null = none. */
  readonly requests: RequestLimitsConfig | null;
}

/** How long running requests may take to end. */
interface StopConfig {
  readonly graceMs: number;
  /** In the process whose place another one took. */
  readonly upgradeGraceMs: number;
}

/** Where spans go to (OpenTelemetry, OTLP over HTTP). */
export interface TracingConfig {
  readonly endpoint: string;
  /** 0.1 = a tenth of the requests for which the caller has not decided. */
  readonly sample: number;
  readonly service: string;
  /** Some of them are secret. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Who is told of events. */
export interface EventsConfig {
  /** null = nobody. */
  readonly webhook: WebhookConfig | null;
}

export interface WebhookConfig {
  /** As secret as the headers: many services have their token in it. */
  readonly url: string;
  /** Some of them are secret. */
  readonly headers: Readonly<Record<string, string>>;
  /** null = all. */
  readonly kinds: readonly (typeof eventKinds)[number][] | null;
}

export interface AdminConfig {
  readonly address: string;
  readonly port: number;
}

/** What requests can be found by in other programs' logs and traces. */
export interface IdentityConfig {
  /** Send X-ARR-LOG-ID, a new GUID for each request. */
  readonly logId: boolean;
  /** Be a part of the request's trace (W3C), and begin one where there is none. */
  readonly joinTrace: boolean;
  /** 0.1 = a tenth of the traces that begin here is recorded. */
  readonly sample: number;
}

/** A line for each request that is over. */
export interface AccessLogConfig {
  /** null = standard output. */
  readonly file: string | null;
  readonly format: "json" | "w3c" | "combined";
  /** Names of `access-log-fields.ts`; none for "combined". */
  readonly fields: readonly string[];
  /** As paths of routes; what is below them is meant too. */
  readonly exclude: readonly string[];
  /** Lower case: parameters of queries that are secret beside the well-known ones. */
  readonly redact: readonly string[];
  readonly rotate: RotateConfig | null;
}

/** What the router says about itself. */
export interface LogConfig {
  readonly level: "debug" | "info" | "warn" | "error";
  /** null = lines for a terminal, else JSON. */
  readonly format: "json" | "lines" | null;
  /** null = standard output. */
  readonly file: string | null;
  readonly rotate: RotateConfig | null;
}

/** When a new log file is begun, and how many earlier ones are kept. */
export interface RotateConfig {
  readonly sizeBytes: number;
  readonly every: "hour" | "day" | "week" | null;
  readonly keep: number;
  readonly compress: boolean;
}
