import type { CertificateConfig, Config, ListenerConfig, RouteConfig } from "./config.ts";
import type { FarmConfig } from "./farm-config.ts";
import { isDeepStrictEqual } from "node:util";
import { listenPlaceText } from "./listen-place-text.ts";

/**
 * What differs between two configurations, a line each, in the words of the configuration file. Nothing secret is in
 * it: of certificates and keys only that they changed. None = they mean the same.
 */
export function describeChanges(before: Config, after: Config): string[] {
  const changes = [
    ...named(
      "listener",
      byName(before.listeners, listenPlaceText),
      byName(after.listeners, listenPlaceText),
      listenerChanges,
    ),
    ...named("server", byName(before.servers, nameOf), byName(after.servers, nameOf), fieldChanges),
    ...named("farm", byName(before.farms, nameOf), byName(after.farms, nameOf), farmChanges),
    ...named("route", byName(before.routes, routeName), byName(after.routes, routeName), fieldChanges),
    ...fieldChanges(rest(before), rest(after)).map(withTime),
  ];
  if (changes.length > 0 || isDeepStrictEqual(meaning(before), meaning(after))) return changes;
  // The first certificate, for one, answers where no name fits.
  return ["the order of entries"];
}

/** Processes are not started and ended by a reload. */
function withTime(change: string): string {
  return change.startsWith("workers: ") || change.startsWith("stateFile: ")
    ? `${change} (from the next start or upgrade on)`
    : change;
}

function meaning({ file: _file, listeners, ...config }: Config): object {
  return { ...config, listeners: listeners.map(({ entry: _entry, ...listener }) => listener) };
}

/** What is described by itself above; the file is where it came from, not what it says. */
const described: ReadonlySet<string> = new Set(["listeners", "servers", "farms", "routes", "file"]);

function rest(config: Config): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !described.has(key)));
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function routeName({ host, path, exact }: RouteConfig): string {
  return `${host ?? "*"}${path}${exact === true ? " (exact)" : ""}`;
}

function byName<T>(values: readonly T[], name: (value: T) => string): Map<string, T> {
  return new Map(values.map((value) => [name(value), value]));
}

function named<T extends object>(
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

function farmChanges(before: FarmConfig, after: FarmConfig): string[] {
  const members = named("member", byName(before.members, serverOf), byName(after.members, serverOf), fieldChanges);
  return [...members, ...fieldChanges({ ...before, members: null }, { ...after, members: null })];
}

function serverOf({ server }: { readonly server: string }): string {
  return server;
}

function listenerChanges(before: ListenerConfig, after: ListenerConfig): string[] {
  const old = byName(before.tls?.certificates ?? [], fileOf);
  const certificates = named("certificate", old, byName(after.tls?.certificates ?? [], fileOf), () => ["changed"]);
  return [...certificates, ...fieldChanges(withoutCertificates(before), withoutCertificates(after))];
}

function fileOf({ file }: CertificateConfig): string {
  return file;
}

/** Nor which entry of the list it is: that changes with those before it. */
function withoutCertificates({ entry: _entry, ...listener }: ListenerConfig): object {
  return { ...listener, tls: listener.tls === null ? null : { ...listener.tls, certificates: [] } };
}

/** "timeouts.idleMs: 5000 -> 6000" */
function fieldChanges(before: object, after: object): string[] {
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
