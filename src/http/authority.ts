const shape = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/;

/** The host name of an authority: lower case, without port and the root's dot; null = malformed. */
export function hostName(authority: string): string | null {
  const match = shape.exec(authority.toLowerCase());
  const name = match?.[1];
  if (name === undefined || Number(match?.[2] ?? 0) > 65_535) return null;
  return name.endsWith(".") && name.length > 1 ? name.slice(0, -1) : name;
}
