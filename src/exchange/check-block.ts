import type { ExchangeBlock } from "./exchange-schema.ts";
import type { ExpansionDraft } from "./expansion-draft.ts";
import { protocolNames, protocols } from "./protocol.ts";
import type { ProtocolName } from "./protocol.ts";
import { speaks } from "./version.ts";

/** What the schema cannot see: keys that do not fit together. */
export function checkBlock(block: ExchangeBlock, published: readonly ProtocolName[], draft: ExpansionDraft): void {
  checkPublish(block, draft);
  checkHosts(block, published, draft);
  checkAllow(block, published, draft);
}

function checkPublish({ publish, version }: ExchangeBlock, draft: ExpansionDraft): void {
  for (const [index, protocol] of (publish ?? []).entries()) {
    if (!speaks(version, protocol)) {
      draft.problem(
        ["publish", index],
        `Exchange ${version} has no ${protocols[protocol].title}: leave "${protocol}" out`,
      );
    }
  }
}

function checkHosts(
  { layout, host, hosts }: ExchangeBlock,
  published: readonly ProtocolName[],
  draft: ExpansionDraft,
): void {
  const perProtocol = layout === "namespace-per-protocol";
  if (perProtocol && host !== undefined) {
    draft.problem(
      ["host"],
      "this layout has no common mail name: write the names of protocols in `hosts`, or choose the layout single-namespace",
    );
  }
  for (const protocol of protocolNames) {
    if (hosts?.[protocol] === undefined) continue;
    if (!perProtocol && protocol !== "autodiscover") {
      draft.problem(
        ["hosts", protocol],
        "in this layout it is published under the mail name: write that in `host`, or choose the layout namespace-per-protocol",
      );
    } else if (!published.includes(protocol)) {
      draft.warning(["hosts", protocol], "this protocol is not published: add it to `publish`, or leave the name out");
    }
  }
}

function checkAllow({ allow }: ExchangeBlock, published: readonly ProtocolName[], draft: ExpansionDraft): void {
  for (const protocol of protocolNames) {
    if (allow?.[protocol] === undefined || published.includes(protocol)) continue;
    draft.warning(
      ["allow", protocol],
      "this protocol is not published: add it to `publish`, or leave its networks out",
    );
  }
}
