import type { FarmConfig } from "../config/farm-config.ts";

/** Names a member in a Map; neither name can hold a line break. */
export function memberKey(farm: string, server: string): string {
  return `${farm}\n${server}`;
}

export function memberKeys(farms: readonly FarmConfig[]): ReadonlySet<string> {
  return new Set(farms.flatMap(({ name, members }) => members.map(({ server }) => memberKey(name, server))));
}
