import { isDeepStrictEqual } from "node:util";

export function byName<T>(values: readonly T[], name: (value: T) => string): Map<string, T> {
  return new Map(values.map((value) => [name(value), value]));
}

/** What is gone, what is new, and what of others has changed: `changes` says what, without the name. */
export function named<T extends object>(
  kind: string,
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  changes: (before: T, after: T) => string[],
): string[] {
  const removed = [...before.keys()].filter((name) => !after.has(name)).map((name) => `${kind} ${name} removed`);
  const others = [...after].flatMap(([name, value]) => {
    const old = before.get(name);
    if (old === undefined) return [`${kind} ${name} added`];
    return isDeepStrictEqual(old, value) ? [] : changes(old, value).map((change) => `${kind} ${name}: ${change}`);
  });
  return [...removed, ...others];
}

/** "timeouts.idleMs: 5000 -> 6000" */
export function fieldChanges(before: object, after: object): string[] {
  const one = new Map(leaves(before, ""));
  const other = new Map(leaves(after, ""));
  const differ = [...new Set([...one.keys(), ...other.keys()])]
    // A section that is gone, or new, is told by what is in it.
    .filter((path) => !isDeepStrictEqual(one.get(path) ?? null, other.get(path) ?? null));
  // Nor is there anything to tell of its lists that are empty, unless it has nothing else.
  const told = differ.filter((path) => !isEmpty(one.get(path) ?? []) || !isEmpty(other.get(path) ?? []));
  return (told.length > 0 ? told : differ).map((path) =>
    isSecret(path) ? `${path} changed` : `${path}: ${text(one.get(path))} -> ${text(other.get(path))}`,
  );
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function leaves(value: object, path: string): [string, unknown][] {
  return Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    const at = path === "" ? key : `${path}.${key}`;
    return typeof inner === "object" && inner !== null && !Array.isArray(inner) ? leaves(inner, at) : [[at, inner]];
  });
}

/** And a page that is too long to be shown. */
const secrets: ReadonlySet<string> = new Set([
  "sorryPage",
  "pem",
  "pfx",
  "ca",
  "crl",
  "certificate",
  "key",
  "data",
  "passphrase",
]);

/** What requests are told apart by is called a key, too. */
const plainKey = /^(?:balance|affinity)\.key\b/;

function isSecret(path: string): boolean {
  if (plainKey.test(path)) return false;
  return (
    path.split(".").some((part) => secrets.has(part) || /password|secret|token|headers|hmac/i.test(part)) ||
    path === "events.webhook.url"
  );
}

const maxText = 80;

function text(value: unknown): string {
  if (value === undefined || value === null) return "none";
  const json = typeof value === "string" ? value : JSON.stringify(value);
  return json.length > maxText ? `${json.slice(0, maxText)}…` : json;
}
