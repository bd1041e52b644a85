import type { FarmInput } from "../farm-schema.ts";
import { isIp } from "../host-name.ts";
import type { Place } from "../place.ts";
import { parseServerAddress } from "../server-address.ts";
import type { ImportFindings } from "./import-finding.ts";
import { readAffinity } from "./read-affinity.ts";
import { readBalance } from "./read-balance.ts";
import { readHealth, type ReadHealth } from "./read-health.ts";
import { farmDefaults, readProtocol, type ReadProtocol } from "./read-protocol.ts";
import { Values } from "./read-values.ts";
import { childrenOf, descendant, type XmlElement } from "./xml-element.ts";

/** A server of a farm, as IIS has it. */
export interface ArrMember {
  /** IPv6 in brackets. */
  readonly address: string;
  readonly place: Place;
  readonly enabled: boolean;
  readonly weight: number;
  readonly httpPort: number;
  readonly httpsPort: number;
}

/** A farm, as IIS has it; what does not depend on the scheme of its requests is in our words. */
export interface ArrFarm {
  readonly name: string;
  readonly place: Place;
  readonly enabled: boolean;
  readonly members: readonly ArrMember[];
  readonly health: ReadHealth | null;
  readonly protocol: ReadProtocol;
  readonly policies: Pick<FarmInput, "balance" | "affinity">;
}

/** The farms of <webFarms>, with `<clear/>` and `<remove/>` obeyed. */
export function readFarms(section: XmlElement | null, findings: ImportFindings): readonly ArrFarm[] {
  const farms = new Map<string, ArrFarm>();
  for (const element of section?.children ?? []) {
    const name = element.attributes.get("name")?.value.trim() ?? "";
    if (element.name === "clear") farms.clear();
    if (element.name === "remove") farms.delete(name.toLowerCase());
    if (element.name === "webFarm") addFarm(farms, readFarm(name, element, findings), findings);
  }
  return [...farms.values()];
}

function addFarm(farms: Map<string, ArrFarm>, farm: ArrFarm, findings: ImportFindings): void {
  const key = farm.name.toLowerCase();
  const read = `<webFarm name=${JSON.stringify(farm.name)}>`;
  if (farm.name === "") findings.leftOut(farm.place, read, "a farm without a name", "no rule can lead to it");
  else if (farms.has(key)) findings.leftOut(farm.place, read, "a second farm of this name", "the first one is taken");
  else farms.set(key, farm);
}

function readFarm(name: string, element: XmlElement, findings: ImportFindings): ArrFarm {
  const values = new Values(element, findings);
  const routing = descendant(element, "applicationRequestRouting");
  const part = (child: string): Values => new Values(descendant(routing, child), findings);
  const { balance, weighted } = readBalance(part("loadBalancing"), findings);
  const members = readMembers(element, weighted, findings);
  const affinity = readAffinity(part("affinity"), members.length, findings);
  return {
    name,
    place: element.place,
    enabled: values.flag("enabled", true),
    members,
    health: readHealth(part("healthCheck"), findings),
    protocol: readProtocol(part("protocol"), farmDefaults, findings),
    policies: { ...(balance === undefined ? {} : { balance }), ...(affinity === null ? {} : { affinity }) },
  };
}

function readMembers(farm: XmlElement, weighted: boolean, findings: ImportFindings): readonly ArrMember[] {
  const members = new Map<string, ArrMember>();
  for (const element of farm.children) {
    if (element.name === "clear") members.clear();
    if (element.name !== "server") continue;
    const member = readMember(element, findings);
    if (member !== null && !members.has(member.address.toLowerCase()))
      members.set(member.address.toLowerCase(), member);
  }
  return withWeights([...members.values()], { weighted, farm }, findings);
}

function readMember(element: XmlElement, findings: ImportFindings): ArrMember | null {
  const values = new Values(element, findings);
  const routing = new Values(childrenOf(element, "applicationRequestRouting")[0] ?? null, findings);
  const written = values.text("address", "").trim();
  const address = isIp(written) && written.includes(":") ? `[${written}]` : written;
  const parsed = parseServerAddress(`https://${address}`);
  if (!parsed.ok || written.includes("/") || /:\d+$/.test(address)) {
    const fault = parsed.ok ? "not a host name or IP address" : parsed.fault.replace(/^.*: /, "");
    findings.leftOut(values.place("address"), values.shown("address"), fault, "the farm has one server less");
    return null;
  }
  if (routing.text("hostName", "") !== "") {
    const consequence =
      "the server gets the Host that the client sent; a rule can change it with set: { HTTP_HOST: … }";
    findings.leftOut(routing.place("hostName"), routing.shown("hostName"), "a Host for one server alone", consequence);
  }
  return {
    address,
    place: element.place,
    enabled: values.flag("enabled", true),
    weight: routing.whole("weight", 100),
    httpPort: portOf("httpPort", 80, routing, findings),
    httpsPort: portOf("httpsPort", 443, routing, findings),
  };
}

function portOf(name: string, fallback: number, values: Values, findings: ImportFindings): number {
  const port = values.whole(name, fallback);
  if (port >= 1 && port <= 65_535) return port;
  findings.changed(values.place(name), values.shown(name), `no port: ${fallback} is taken`);
  return fallback;
}

interface Weighing {
  readonly weighted: boolean;
  readonly farm: XmlElement;
}

/** As small as they can be: 100 and 100 are 1 and 1. */
function withWeights(
  members: readonly ArrMember[],
  { weighted, farm }: Weighing,
  findings: ImportFindings,
): readonly ArrMember[] {
  const weights = members.map(({ weight }) => weight);
  if (new Set(weights).size <= 1) return members.map((member) => ({ ...member, weight: 1 }));
  const read = `weights ${weights.join(", ")} of <webFarm name=${JSON.stringify(farm.attributes.get("name")?.value)}>`;
  if (!weighted) {
    const consequence = "write `weight` at the servers where they shall count";
    findings.leftOut(farm.place, read, "ARR does not ask for them with LeastRequests", consequence);
    return members.map((member) => ({ ...member, weight: 1 }));
  }
  const divisor = weights.reduce(commonDivisor);
  const scale = Math.max(divisor, Math.max(...weights) / 1000);
  const scaled = weights.map((weight) => Math.min(1000, Math.max(1, Math.round(weight / scale))));
  if (scaled.some((weight, index) => weight * scale !== weights[index])) {
    findings.changed(farm.place, read, `weight ${scaled.join(", ")}`, "weights are whole numbers from 1 to 1000");
  }
  return members.map((member, index) => ({ ...member, weight: scaled[index] ?? 1 }));
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
