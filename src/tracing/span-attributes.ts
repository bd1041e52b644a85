import type { SpanRecord } from "./span-record.ts";

/** OpenTelemetry's semantic conventions for HTTP (1.23 and later); others count as one, so that nobody makes up names. */
const knownMethods: ReadonlySet<string> = new Set([
  "CONNECT",
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "TRACE",
]);

/** `GET owa`: of few values, as the conventions ask. */
export function spanName({ method, farm }: SpanRecord): string {
  return [knownMethods.has(method) ? method : "HTTP", farm].filter((part) => part !== "").join(" ");
}

/** Server spans have an error where the server failed: a 4xx, or a client that goes away, is none of its. */
export function isError({ status, blame }: SpanRecord): boolean {
  return status >= 500 || blame === "member" || blame === "router";
}

/** Nothing of a query, a header or a body is in it. */
export function spanAttributes(record: SpanRecord): Record<string, string | number> {
  const { method, status, reason, farm, server, attempts } = record;
  return {
    "url.scheme": record.protocol,
    "url.path": pathOf(record.target),
    "network.protocol.name": "http",
    "network.protocol.version": record.version,
    "client.address": record.clientAddress,
    ...(record.host === "" ? {} : { "server.address": record.host }),
    ...(record.localPort === 0 ? {} : { "server.port": record.localPort }),
    ...(knownMethods.has(method)
      ? { "http.request.method": method }
      : { "http.request.method": "_OTHER", "http.request.method_original": method }),
    "http.request.size": record.requestBytes,
    "http.response.size": record.responseBytes,
    ...(status === 0 ? {} : { "http.response.status_code": status }),
    ...(isError(record) ? { "error.type": reason === "ok" ? String(status) : reason } : {}),
    ...(farm === "" ? {} : { "fairlead.farm": farm }),
    ...(server === "" ? {} : { "fairlead.server": server, "fairlead.attempts": attempts }),
    ...(reason === "ok" ? {} : { "fairlead.error": reason }),
    ...(record.connectMs > 0 ? { "fairlead.connect_ms": record.connectMs } : {}),
    ...(record.firstByteMs >= 0 ? { "fairlead.first_byte_ms": record.firstByteMs } : {}),
  };
}

/** The target may be a URL (RFC 9112 3.2.2). */
function pathOf(target: string): string {
  const [beforeQuery = ""] = target.split("?");
  return beforeQuery.startsWith("/") ? beforeQuery : beforeQuery.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, "") || "/";
}
