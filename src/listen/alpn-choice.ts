import type { Http2Config } from "../config/config.ts";

const http1 = "http/1.1";
const http2 = "h2";

/** The protocol to speak with a client (RFC 7301); undefined = none of those that it offers. */
export function chooseProtocol(
  config: Http2Config | null,
  name: string | null,
  offered: readonly string[],
): string | undefined {
  if (config !== null && offered.includes(http2) && !needsHttp1(config.http1Hosts, name)) return http2;
  return offered.includes(http1) ? http1 : undefined;
}

function needsHttp1(hosts: readonly string[], name: string | null): boolean {
  if (name === null) return hosts.length > 0;
  const asked = name.toLowerCase();
  return hosts.some((host) => host === "*" || host === asked || fits(host, asked));
}

function fits(host: string, asked: string): boolean {
  return host.startsWith("*.")
    ? asked.endsWith(host.slice(1))
    : host.endsWith(".*") && asked.startsWith(host.slice(0, -1));
}
