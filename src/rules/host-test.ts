import { hostName } from "../http/authority.ts";

/** Is the host name (lower case, without port) one of those that a rule is for? */
export type HostTest = (name: string) => boolean;

/** As in routes: "mail.example.com", "*.example.com" or "mail.*". */
export function compileHostTest(host: string): HostTest {
  if (host.startsWith("*.")) {
    const end = host.slice(1);
    return (name) => name.length > end.length && name.endsWith(end);
  }
  if (host.endsWith(".*")) {
    const start = host.slice(0, -1);
    return (name) => name.length > start.length && name.startsWith(start);
  }
  return (name) => name === host;
}

const maxKnown = 4096;

/** Host names by what clients send; null = malformed. Clients choose what they send: the memory of it is bounded. */
export function createHostNames(): (host: string) => string | null {
  const known = new Map<string, string>();
  return (host) => {
    const before = known.get(host);
    if (before !== undefined) return before;
    // It does not hold on to the head it was part of, nor does the name that is cut out of it.
    const own = Buffer.from(host, "latin1").toString("latin1");
    const name = hostName(own);
    // A host that is none may be as long as a header.
    if (name === null) return null;
    if (known.size >= maxKnown) known.clear();
    known.set(own, name);
    return name;
  };
}
