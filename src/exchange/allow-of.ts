import type { RouteInput } from "../config/route-schema.ts";
import type { ExchangeBlock } from "./exchange-schema.ts";
import type { ProtocolName } from "./protocol.ts";

/** Who may use a protocol, as its routes say it. */
export function allowOf({ allow }: ExchangeBlock, protocol: ProtocolName): Pick<RouteInput, "allow"> {
  const networks = allow?.[protocol];
  return networks === undefined ? {} : { allow: [...networks] };
}
