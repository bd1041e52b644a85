/** What the fields of an access log can be called: by us in JSON, and by the W3C extended format. */
export const jsonFields = [
  "time",
  "clientAddress",
  "clientPort",
  "localAddress",
  "localPort",
  "protocol",
  "tlsVersion",
  "tlsCipher",
  "version",
  "method",
  "host",
  "target",
  "userAgent",
  "referer",
  "status",
  "requestBytes",
  "responseBytes",
  "totalMs",
  "queueMs",
  "connectMs",
  "firstByteMs",
  "farm",
  "server",
  "attempts",
  "retriedFor",
  "rule",
  "pinned",
  "reason",
  "blame",
  "logId",
  "traceId",
  "spanId",
] as const;

export const w3cFields = [
  "date",
  "time",
  "s-ip",
  "cs-method",
  "cs-uri-stem",
  "cs-uri-query",
  "s-port",
  "cs-username",
  "c-ip",
  "cs-version",
  "cs-host",
  "sc-status",
  "sc-substatus",
  "sc-win32-status",
  "sc-bytes",
  "cs-bytes",
  "time-taken",
  "x-client-port",
  "x-protocol",
  "x-tls-version",
  "x-tls-cipher",
  "x-farm",
  "x-server",
  "x-attempts",
  "x-retried-for",
  "x-rule",
  "x-pinned",
  "x-queue-ms",
  "x-connect-ms",
  "x-first-byte-ms",
  "x-reason",
  "x-blame",
  "x-log-id",
  "x-trace-id",
  "x-span-id",
] as const;

export type JsonField = (typeof jsonFields)[number];
export type W3cField = (typeof w3cFields)[number];

const headerPatterns = { json: /^header\.([\w-]+)$/, w3c: /^cs\(([\w-]+)\)$/ } as const;

/** The request header (lower case) that a field stands for: "header.X-A" in JSON, "cs(X-A)" in W3C; null = none. */
export function headerOfField(field: string, format: "json" | "w3c"): string | null {
  return headerPatterns[format].exec(field)?.[1]?.toLowerCase() ?? null;
}

/** They carry secrets: no access log has them. */
export const secretHeaders: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "x-arr-clientcert",
  "x-api-key",
  "x-owa-canary",
  "x-exchange-cookie",
]);
