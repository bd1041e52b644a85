import type * as z from "zod";
import type { RouteInput } from "../config/route-schema.ts";
import type { ExchangeFarm } from "./exchange-farms.ts";
import type { exchangeSchema } from "./exchange-schema.ts";
import { protocolNames, type ProtocolName } from "./protocol.ts";

type BlockInput = z.input<typeof exchangeSchema>;
export type Layout = BlockInput["layout"];

/** A block that might stand for some farms. */
export interface Candidate {
  readonly block: BlockInput;
  /** The farm of the import for each farm of the block. */
  readonly farms: ReadonlyMap<string, ExchangeFarm>;
}

/** Exchange 2013 and all later versions are published alike. */
const version = 2013;
const usual = protocolNames.filter((name) => name !== "powershell");

/** The block of this layout that stands for all of the farms; null = there is none that makes sense. */
export function candidateOf(
  layout: Layout,
  farms: readonly ExchangeFarm[],
  routes: readonly RouteInput[],
): Candidate | null {
  const mail = farms.find(({ protocol }) => protocol === "owa") ?? farms[0];
  const domain = domainOf(layout, farms, mail);
  if (mail === undefined || domain === null || !isMeant(layout, farms, routes)) return null;
  const spoken = farms.map(({ protocol }) => protocol);
  const publish =
    layout === "shared-check" ? usual.filter((name) => name !== "autodiscover" || spoken.includes(name)) : spoken;
  const hosts = hostsOf(layout, farms, { routes, domain });
  return {
    block: {
      version,
      layout,
      domain,
      servers: mail.farm.servers,
      ...(layout === "namespace-per-protocol" || mail.host === `mail.${domain}` ? {} : { host: mail.host }),
      ...(Object.keys(hosts).length === 0 ? {} : { hosts }),
      ...(publish.join() === usual.join() ? {} : { publish }),
    },
    farms: new Map(farms.map((farm) => [layout === "shared-check" && farm === mail ? "mail" : farm.protocol, farm])),
  };
}

/**
 * A farm under a name of its own gets the time-outs of its protocol: what a farm serves besides must have no others. So
 * its name says what it is for, or its routes do.
 */
function isMeant(layout: Layout, farms: readonly ExchangeFarm[], routes: readonly RouteInput[]): boolean {
  if (layout === "shared-check")
    return farms.every(({ protocol }) => protocol === "owa" || protocol === "autodiscover");
  if (farms.length < 2) return false;
  return farms.every(({ name, protocol, host }) => {
    const isNamed = layout === "namespace-per-protocol" && host.startsWith(`${protocol}.`);
    return isNamed || routes.every(({ farm, path = "/" }) => farm !== name || path !== "/");
  });
}

function domainOf(layout: Layout, farms: readonly ExchangeFarm[], mail: ExchangeFarm | undefined): string | null {
  return layout === "namespace-per-protocol" ? commonDomain(farms) : above(mail?.host ?? "");
}

function above(host: string): string | null {
  const domain = host.slice(host.indexOf(".") + 1);
  return host.includes(".") && domain !== "" ? domain : null;
}

/** The domain of most of them. */
function commonDomain(farms: readonly ExchangeFarm[]): string | null {
  const domains = farms.flatMap(({ host }) => above(host) ?? []);
  const count = (domain: string): number => domains.filter((other) => other === domain).length;
  return domains.toSorted((a, b) => count(b) - count(a))[0] ?? null;
}

interface Names {
  readonly routes: readonly RouteInput[];
  readonly domain: string;
}

/** Names that are not PROTOCOL.DOMAIN; the one of the check first, then the others that lead to the farm. */
function hostsOf(
  layout: Layout,
  farms: readonly ExchangeFarm[],
  { routes, domain }: Names,
): NonNullable<BlockInput["hosts"]> {
  const hosts: Partial<Record<ProtocolName, string | string[]>> = {};
  const perProtocol = layout === "namespace-per-protocol";
  for (const { protocol, name, host } of farms) {
    if (!perProtocol && protocol !== "autodiscover") continue;
    const others = routes.flatMap((route) =>
      perProtocol && route.farm === name && route.host?.includes("*") === false && route.host !== host
        ? [route.host]
        : [],
    );
    if (others.length > 0) hosts[protocol] = [host, ...new Set(others)];
    else if (host !== `${protocol}.${domain}`) hosts[protocol] = host;
  }
  return hosts;
}
