import type { ProtocolName } from "./protocol.ts";

export const versions = [2007, 2010, 2013, 2016, 2019, "SE"] as const;

export type Version = (typeof versions)[number];

/** 2007 and 2010: no HealthCheck.htm, sessions that stay on one server, old TLS. */
export function isOld(version: Version): version is 2007 | 2010 {
  return version === 2007 || version === 2010;
}

/** Does this version speak the protocol at all? */
export function speaks(version: Version, protocol: ProtocolName): boolean {
  if (protocol === "mapi") return !isOld(version);
  if (protocol === "ecp" || protocol === "powershell") return version !== 2007;
  return true;
}

/** Paths of the web access of 2003 to 2010, beside /owa. */
export const oldWebPaths: readonly string[] = ["/exchange", "/exchweb", "/public"];
