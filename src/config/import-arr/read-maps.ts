import type { Place } from "../place.ts";
import type { ImportFindings } from "./import-finding.ts";
import { Values } from "./read-values.ts";
import type { XmlElement } from "./xml-element.ts";

/** A rewrite map, as IIS has it. */
export interface ArrMap {
  readonly name: string;
  readonly place: Place;
  readonly defaultValue: string;
  readonly ignoreCase: boolean;
  readonly entries: ReadonlyMap<string, string>;
}

/** Several sections, the later ones within the earlier ones. */
export function readMaps(sections: readonly XmlElement[], findings: ImportFindings): readonly ArrMap[] {
  const maps = new Map<string, ArrMap>();
  for (const element of sections.flatMap(({ children }) => children)) {
    const values = new Values(element, findings);
    const name = values.text("name", "").trim();
    if (element.name === "clear") maps.clear();
    if (element.name === "remove") maps.delete(name.toLowerCase());
    if (element.name === "rewriteMap" && name !== "") maps.set(name.toLowerCase(), readMap(name, values));
  }
  return [...maps.values()];
}

function readMap(name: string, values: Values): ArrMap {
  const entries = new Map<string, string>();
  for (const { name: kind, attributes } of values.element?.children ?? []) {
    const key = attributes.get("key")?.value ?? "";
    if (kind === "clear") entries.clear();
    if (kind === "remove") entries.delete(key);
    if (kind === "add") entries.set(key, attributes.get("value")?.value ?? "");
  }
  return {
    name,
    place: values.place(),
    defaultValue: values.text("defaultValue", ""),
    ignoreCase: values.flag("ignoreCase", true),
    entries,
  };
}

/** Whether a template is a look-up in one map and nothing else. */
export function mapOf(host: string, maps: readonly ArrMap[]): ArrMap | null {
  const name = /^\{([^:{}]+):.*\}$/s.exec(host)?.[1]?.trim().toLowerCase();
  return maps.find((map) => map.name.toLowerCase() === name) ?? null;
}

/** What a map can give, lower case; null = the template is no look-up in a map. */
export function mapHosts(host: string, maps: readonly ArrMap[]): readonly string[] | null {
  const map = mapOf(host, maps);
  if (map === null) return null;
  return [...new Set([...map.entries.values(), map.defaultValue].filter((value) => value !== ""))].map((value) =>
    value.toLowerCase(),
  );
}
