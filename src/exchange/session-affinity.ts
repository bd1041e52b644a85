import type { FarmInput } from "../config/farm-schema.ts";
import type { ProtocolName } from "./protocol.ts";
import { isOld } from "./version.ts";
import type { Version } from "./version.ts";

type Affinity = NonNullable<FarmInput["affinity"]>;

/** The same value in every farm, so that OWA and its options pages in ECP stay on one server. */
const cookie: Affinity = { cookie: "FairleadServer" };
/** A request of Outlook Anywhere or ActiveSync may last for an hour and more: clients are remembered for a working day. */
const idle = "8h";
const byAddress: Affinity = { by: "client-address", idle };

/** Where servers up to 2010 keep sessions, and what their clients are known by. Not all of them keep cookies. */
const affinities: Readonly<Partial<Record<ProtocolName, Affinity>>> = {
  owa: cookie,
  ecp: cookie,
  ews: cookie,
  eas: { header: "Authorization", idle },
  oa: byAddress,
  powershell: byAddress,
};

/** Since 2013 any server can carry any request. */
export function sessionAffinity(
  version: Version,
  serves: readonly ProtocolName[],
): Pick<FarmInput, "affinity" | "balance"> {
  const needed = isOld(version) ? serves.flatMap((protocol) => affinities[protocol] ?? []) : [];
  const [affinity] = needed;
  if (affinity === undefined) return {};
  if (serves.length === 1) return { affinity };
  // Clients of the other protocols have no cookie: they stay where their address leads them, however busy it is there.
  return { balance: { hash: "client-address", bound: "off" }, affinity: cookie };
}
