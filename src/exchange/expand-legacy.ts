import { allowOf } from "./allow-of.ts";
import type { ExchangeBlock, LegacyBlock } from "./exchange-schema.ts";
import type { ExpansionDraft } from "./expansion-draft.ts";
import { protocolFarm } from "./protocol-farm.ts";
import type { ProtocolName } from "./protocol.ts";
import { protocols } from "./protocol.ts";
import { oldWebPaths } from "./version.ts";

/**
 * The farms of older servers. Newer ones redirect OWA to the legacy name, and Autodiscover sends Outlook there for EWS
 * and its companions; everything else they carry to the old servers themselves.
 */
export function expandLegacy(legacy: LegacyBlock, block: ExchangeBlock, draft: ExpansionDraft): void {
  const host = legacy.host ?? `legacy.${block.domain}`;
  if (legacy.hosts !== undefined && legacy.split !== true) {
    draft.problem(
      ["legacy", "hosts"],
      "names for each protocol need a farm for each: add split: true, or write one `host`",
    );
  }
  const plan: readonly LegacyFarm[] =
    legacy.split === true
      ? [
          { name: "legacy-owa", host: legacy.hosts?.owa ?? host, serves: ["owa"] },
          { name: "legacy-ews", host: legacy.hosts?.ews ?? host, serves: ["ews"] },
        ]
      : [{ name: "legacy", host, serves: ["owa", "ews"] }];
  for (const farm of plan) addFarm(farm, legacy, block, draft);
}

interface LegacyFarm {
  readonly name: string;
  readonly host: string;
  readonly serves: readonly [ProtocolName, ...ProtocolName[]];
}

function addFarm(
  { name, host, serves }: LegacyFarm,
  legacy: LegacyBlock,
  block: ExchangeBlock,
  draft: ExpansionDraft,
): void {
  const [judge] = serves;
  const { version, servers } = legacy;
  const farm = protocolFarm({ version, servers, host, tls: legacy.tls ?? sharedTls(block), judge, serves });
  draft.farm(name, farm, {
    servers: ["legacy", "servers"],
    tls: legacy.tls === undefined ? ["tls"] : ["legacy", "tls"],
  });
  for (const protocol of serves) {
    const allowed = allowOf(block, protocol);
    if (protocol === "owa") draft.route({ host, path: "/", exact: true, farm: name, ...allowed }, ["legacy"], protocol);
    for (const path of legacyPaths(protocol)) draft.route({ host, path, farm: name, ...allowed }, ["legacy"], protocol);
  }
}

/** The servers' name and fingerprint are their own; who signed them is likely the same. */
function sharedTls({ tls }: ExchangeBlock): LegacyBlock["tls"] {
  const { serverName: _, fingerprint: __, ...shared } = tls ?? {};
  return shared;
}

function legacyPaths(protocol: ProtocolName): readonly string[] {
  const path = `/${protocols[protocol].directory}`;
  // Autodiscover gives Outlook the address book and Unified Messaging under the legacy name, too.
  return protocol === "owa" ? [path, ...oldWebPaths] : [path, "/oab", "/unifiedmessaging"];
}
