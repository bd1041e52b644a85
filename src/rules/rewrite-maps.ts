import type { RewriteMapConfig } from "./rule-config.ts";

/** The value of a key. */
type RewriteMap = (key: string) => string;

/** By lower-case names. */
export type RewriteMaps = ReadonlyMap<string, RewriteMap>;

export function compileMaps(configs: readonly RewriteMapConfig[]): RewriteMaps {
  return new Map(configs.map((config) => [config.name.toLowerCase(), compileMap(config)]));
}

function compileMap({ entries, ignoreCase, defaultValue }: RewriteMapConfig): RewriteMap {
  const values = new Map<string, string>();
  // Keys that differ only in case: the first one counts, as it would in a search from the top.
  for (const [key, value] of entries) {
    const known = ignoreCase ? key.toLowerCase() : key;
    if (!values.has(known)) values.set(known, value);
  }
  return (key) => values.get(ignoreCase ? key.toLowerCase() : key) ?? defaultValue;
}
