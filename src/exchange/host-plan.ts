import type { Path } from "../config/problem.ts";
import type { ExchangeBlock } from "./exchange-schema.ts";
import type { ProtocolName } from "./protocol.ts";

/** The names under which a protocol is published, the one it is known by first. */
export interface HostPlan {
  readonly hosts: readonly [string, ...string[]];
  /** Where in the block they stand. */
  readonly written: Path;
}

/** The names of a protocol in the block's layout. */
export function hostPlan(block: ExchangeBlock, protocol: ProtocolName): HostPlan {
  const own = ownHosts(block, protocol);
  if (block.layout === "namespace-per-protocol") return own;
  const mail = mailHost(block);
  if (protocol !== "autodiscover") return { hosts: [mail], written: block.host === undefined ? ["domain"] : ["host"] };
  // Outlook also asks the mail name where DNS has an SRV record instead of the autodiscover name.
  return { hosts: [...own.hosts, mail], written: own.written };
}

export function mailHost(block: ExchangeBlock): string {
  return block.host ?? `mail.${block.domain}`;
}

function ownHosts(block: ExchangeBlock, protocol: ProtocolName): HostPlan {
  const given = block.hosts?.[protocol];
  if (given === undefined) return { hosts: [`${protocol}.${block.domain}`], written: ["domain"] };
  const [first, ...others] = Array.isArray(given) ? given : [given];
  return { hosts: [first ?? `${protocol}.${block.domain}`, ...others], written: ["hosts", protocol] };
}
