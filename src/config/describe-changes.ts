import type { CertificateConfig, Config, ListenerConfig, RouteConfig } from "./config.ts";
import type { FarmConfig } from "./farm-config.ts";
import { isDeepStrictEqual } from "node:util";
import { byName, fieldChanges, named } from "./field-changes.ts";
import { ruleChanges } from "./rule-changes.ts";
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
    ...ruleChanges(before.rules, after.rules),
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
const described: ReadonlySet<string> = new Set(["listeners", "servers", "farms", "routes", "rules", "file"]);

function rest(config: Config): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !described.has(key)));
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function routeName({ host, path, exact }: RouteConfig): string {
  return `${host ?? "*"}${path}${exact === true ? " (exact)" : ""}`;
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
