const shape = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/;

/** RFC 1035 2.3.4, with room for a port. What is longer is no name, and costs time to compare with names. */
const maxLength = 261;

/** The host name of an authority: lower case, without port and the root's dot; null = malformed. */
export function hostName(authority: string): string | null {
  if (authority.length > maxLength) return null;
  const match = shape.exec(authority.toLowerCase());
  const name = match?.[1];
  if (name === undefined || Number(match?.[2] ?? 0) > 65_535) return null;
  return name.endsWith(".") && name.length > 1 ? name.slice(0, -1) : name;
}

/** `host:port`, an IPv6 address in brackets (RFC 3986 3.2.2). */
export function authorityOf(host: string, port: number): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
