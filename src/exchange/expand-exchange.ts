import type { Expansion } from "../config/preset.ts";
import { allowOf } from "./allow-of.ts";
import { checkBlock } from "./check-block.ts";
import type { ExchangeBlock } from "./exchange-schema.ts";
import { expandLegacy } from "./expand-legacy.ts";
import { createExpansionDraft } from "./expansion-draft.ts";
import type { ExpansionDraft } from "./expansion-draft.ts";
import { hostPlan, mailHost } from "./host-plan.ts";
import { protocolFarm } from "./protocol-farm.ts";
import { protocolNames, protocols } from "./protocol.ts";
import type { ProtocolName } from "./protocol.ts";
import { isOld, oldWebPaths, speaks } from "./version.ts";
import type { Version } from "./version.ts";

/** The farms and routes that publish an Exchange organisation. */
export function expandExchange(block: ExchangeBlock): Expansion {
  const draft = createExpansionDraft();
  const published = publishedProtocols(block);
  checkBlock(block, published, draft);
  addFarms(block, published, draft);
  for (const protocol of published) addRoutes(block, protocol, draft);
  if (block.legacy !== undefined) expandLegacy(block.legacy, block, draft);
  return draft.finish();
}

/** In the table's order, whatever the order in which they were written. */
function publishedProtocols({ publish, version }: ExchangeBlock): readonly ProtocolName[] {
  return protocolNames.filter((name) => speaks(version, name) && (publish?.includes(name) ?? name !== "powershell"));
}

function addFarms(block: ExchangeBlock, published: readonly ProtocolName[], draft: ExpansionDraft): void {
  const { version, servers, tls } = block;
  const add = (name: string, judge: ProtocolName, serves: readonly ProtocolName[]): void => {
    const host = name === mailFarm ? mailHost(block) : hostPlan(block, judge).hosts[0];
    draft.farm(name, protocolFarm({ version, servers, host, tls, judge, serves }), {
      servers: ["servers"],
      tls: ["tls"],
    });
  };
  if (block.layout !== "shared-check") {
    for (const protocol of published) add(protocol, protocol, [protocol]);
    return;
  }
  const mail = published.filter((protocol) => protocol !== "autodiscover");
  if (mail.length > 0) add(mailFarm, "owa", mail);
  if (published.includes("autodiscover")) add("autodiscover", "autodiscover", ["autodiscover"]);
}

/** The one farm of `shared-check` for all that is under the mail name. */
const mailFarm = "mail";

function addRoutes(block: ExchangeBlock, protocol: ProtocolName, draft: ExpansionDraft): void {
  const farm = block.layout === "shared-check" && protocol !== "autodiscover" ? mailFarm : protocol;
  const { hosts, written } = hostPlan(block, protocol);
  const allowed = allowOf(block, protocol);
  for (const host of hosts) {
    // Exchange redirects from here to /owa. Not what is below: only what is published by name reaches the servers.
    if (protocol === "owa") draft.route({ host, path: "/", exact: true, farm, ...allowed }, written, protocol);
    for (const path of pathsOf(protocol, block.version))
      draft.route({ host, path, farm, ...allowed }, written, protocol);
  }
}

function pathsOf(protocol: ProtocolName, version: Version): readonly string[] {
  const { directory, otherPaths } = protocols[protocol];
  const webPaths = protocol === "owa" && isOld(version) ? oldWebPaths : [];
  return [`/${directory}`, ...otherPaths, ...webPaths];
}
