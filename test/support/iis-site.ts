import type { RewriteMapConfig, RuleConfig } from "../../src/rules/rule-config.ts";
import type { RuleOutcome } from "../../src/rules/rule-outcome.ts";
import { iisRule } from "./iis-rules.ts";
import { referenceOutcome } from "./reference-rules.ts";
import { all, attribute, isOn, parseXml, type Xml } from "./xml-tree.ts";
import type { Asked, Way } from "./way.ts";
import { hostNameOf, requestOf } from "./way.ts";

/** A farm of <webFarms>. */
interface Farm {
  readonly name: string;
  readonly enabled: boolean;
  readonly preserveHost: boolean;
  /** The path of the health test; "" = none. */
  readonly check: string;
  readonly servers: readonly Server[];
}

interface Server {
  readonly address: string;
  readonly enabled: boolean;
  readonly ports: Readonly<Record<"http" | "https", number>>;
}

interface Binding {
  readonly https: boolean;
  readonly host: string;
}

/** What IIS with ARR makes of requests by its configuration, as the documentation has it: each rule in its turn. */
export class IisSite {
  readonly #farms: readonly Farm[];
  readonly #global: readonly RuleConfig[];
  readonly #sites: readonly { readonly bindings: readonly Binding[]; readonly rules: readonly RuleConfig[] }[];
  readonly #maps: readonly RewriteMapConfig[];
  readonly #proxyKeepsHost: boolean;

  /** Without the rules called `without`, as if they were not there. */
  constructor(xml: string, without: readonly string[] = []) {
    const root = parseXml(xml);
    const webServers = [...all(root, "system.webServer"), ...all(root, "location/system.webServer")];
    this.#farms = inForce(all(root, "webFarms"), "webFarm").map(farmOf);
    this.#global = rulesOf(all(root, "system.webServer/rewrite/globalRules"), without);
    this.#sites = sitesOf(root, without);
    this.#maps = webServers.flatMap((webServer) => all(webServer, "rewrite/rewriteMaps/rewriteMap")).map(mapOf);
    this.#proxyKeepsHost = isOn(all(root, "system.webServer/proxy")[0], "preserveHostHeader", false);
  }

  /** Has a site this host, by whatever scheme? */
  isBound(asked: Asked): boolean {
    return [true, false].some((https) => this.#siteOf({ ...asked, https }) !== undefined);
  }

  #siteOf(asked: Asked) {
    return this.#sites.find(({ bindings }) => bindings.some((binding) => isBound(binding, asked)));
  }

  wayOf(asked: Asked): Way {
    const site = this.#siteOf(asked);
    if (site === undefined) return { kind: "nothing" };
    const outcome = this.#outcomeOf(asked, this.#global);
    if (outcome === "malformed" || outcome.kind !== "forward" || outcome.farm !== null)
      return this.#wayFrom(outcome, asked);
    // The rules of the site are tried even where a global one has ended the others, and see what these have made of it.
    const { target, headers } = outcome;
    const later = { ...asked, target: target ?? asked.target, host: headers.get("host") ?? asked.host };
    return this.#wayFrom(this.#outcomeOf(later, site.rules), later);
  }

  #outcomeOf(asked: Asked, inbound: readonly RuleConfig[]): RuleOutcome | "malformed" {
    return referenceOutcome({ inbound, outbound: [], maps: this.#maps }, requestOf(asked));
  }

  #wayFrom(outcome: RuleOutcome | "malformed", asked: Asked): Way {
    if (outcome === "malformed") return { kind: "malformed" };
    if (outcome.kind === "redirect") return { kind: "redirect", status: outcome.status, location: outcome.location };
    if (outcome.kind === "respond")
      return { kind: "respond", status: outcome.status, reason: outcome.reason, body: outcome.body };
    if (outcome.kind === "abort") return { kind: "abort" };
    if (outcome.farm === null) return { kind: "nothing" };
    const headers = new Map(outcome.headers);
    const isChosen = [...this.#global, ...this.#sites.flatMap(({ rules }) => rules)].some(
      ({ name, action }) => name === outcome.rule && action.kind === "rewrite" && action.farm?.includes("{") === true,
    );
    return {
      kind: "forward",
      target: outcome.target ?? asked.target,
      headers,
      ...this.#serversOf(outcome.farm, { asked, headers, isChosen }),
    };
  }

  #serversOf(url: string, { asked, headers, isChosen }: Forwarded) {
    const [, written = "", host = "", port] = /^(https?):\/\/(.*?)(?::(\d+))?$/i.exec(url) ?? [];
    const scheme = written.toLowerCase() === "http" ? "http" : "https";
    const hostSet = headers.get("host");
    headers.delete("host");
    // Where a template names the farm, the import keeps the client's Host, and says so.
    const hostOf = (keeps: boolean, own: string | null): string =>
      hostSet ?? (keeps || isChosen || own === null ? asked.host : own);
    const farm = this.#farms.find(({ name }) => name.toLowerCase() === host.toLowerCase());
    if (farm === undefined) {
      const isName = /^[\w.-]+$/.test(host);
      const servers = isName ? [`${scheme}://${host}:${port ?? usualPorts[scheme]}`.toLowerCase()] : [];
      const own = port === undefined ? host : `${host}:${port}`;
      return { servers, check: "", host: hostOf(this.#proxyKeepsHost, own) };
    }
    const servers = farm.servers.map(({ address, enabled, ports }) => {
      const state = enabled && farm.enabled ? "" : " unavailable";
      return `${scheme}://${address}:${ports[scheme]}${state}`.toLowerCase();
    });
    return { servers, check: farm.check, host: hostOf(farm.preserveHost, ownHost(farm, scheme)) };
  }
}

interface Forwarded {
  readonly asked: Asked;
  readonly headers: Map<string, string>;
  /** A template names the farm. */
  readonly isChosen: boolean;
}

const usualPorts = { http: 80, https: 443 } as const;

/** With several servers there is no one Host; the import says that it keeps the client's. */
function ownHost({ servers: [only, second] }: Farm, scheme: "http" | "https"): string | null {
  if (only === undefined || second !== undefined) return null;
  const port = only.ports[scheme];
  return port === usualPorts[scheme] ? only.address : `${only.address}:${port}`;
}

/** `<clear/>`, `<remove/>`, and what stands between them. */
function inForce(sections: readonly Xml[], kind: string, key = "name"): readonly Xml[] {
  let found: Xml[] = [];
  for (const element of sections.flatMap(({ children }) => children)) {
    const name = attribute(element, key, "").toLowerCase();
    if (element.name === "clear") found = [];
    if (element.name === "remove") found = found.filter((one) => attribute(one, key, "").toLowerCase() !== name);
    if (element.name === kind) found.push(element);
  }
  return found;
}

function rulesOf(sections: readonly Xml[], without: readonly string[]): readonly RuleConfig[] {
  return inForce(sections, "rule")
    .filter((rule) => isOn(rule, "enabled", true) && !without.includes(attribute(rule, "name", "")))
    .map(iisRule);
}

function sitesOf(root: Xml, without: readonly string[]) {
  const shared = all(root, "system.webServer/rewrite/rules");
  const located = (name: string): readonly Xml[] =>
    all(root, "location").filter((location) => attribute(location, "path", "").toLowerCase() === name.toLowerCase());
  const sites = all(root, "system.applicationHost/sites/site").filter((site) => isOn(site, "serverAutoStart", true));
  if (sites.length === 0) {
    const bindings = [true, false].map((https) => ({ https, host: "" }));
    return [{ bindings, rules: rulesOf(shared, without) }];
  }
  return sites.map((site) => {
    const own = located(attribute(site, "name", "")).flatMap((location) =>
      all(location, "system.webServer/rewrite/rules"),
    );
    return { bindings: all(site, "bindings/binding").flatMap(bindingOf), rules: rulesOf([...shared, ...own], without) };
  });
}

function bindingOf(binding: Xml): readonly Binding[] {
  const protocol = attribute(binding, "protocol", "");
  const host = /:\d+:([^:]*)$/.exec(attribute(binding, "bindingInformation", ""))?.[1];
  if (host === undefined || !/^https?$/.test(protocol)) return [];
  return [{ https: protocol === "https", host: host.toLowerCase() }];
}

function isBound(binding: Binding, { https, host }: Asked): boolean {
  if (binding.https !== https) return false;
  if (binding.host === "" || binding.host === "*") return true;
  const name = hostNameOf(host);
  return binding.host.startsWith("*.") ? name.endsWith(binding.host.slice(1)) : name === binding.host;
}

function farmOf(farm: Xml): Farm {
  const check = attribute(all(farm, "applicationRequestRouting/healthCheck")[0], "url", "");
  return {
    name: attribute(farm, "name", ""),
    enabled: isOn(farm, "enabled", true),
    preserveHost: isOn(all(farm, "applicationRequestRouting/protocol")[0], "preserveHostHeader", true),
    check: URL.canParse(check) ? new URL(check).hostname + new URL(check).pathname + new URL(check).search : "",
    servers: all(farm, "server")
      .map(serverOf)
      .filter(({ address }) => /^[\w.:[\]-]+$/.test(address)),
  };
}

function serverOf(server: Xml): Server {
  const [routing] = all(server, "applicationRequestRouting");
  return {
    address: attribute(server, "address", ""),
    enabled: isOn(server, "enabled", true),
    ports: {
      http: Number(attribute(routing, "httpPort", "80")),
      https: Number(attribute(routing, "httpsPort", "443")),
    },
  };
}

function mapOf(map: Xml): RewriteMapConfig {
  return {
    name: attribute(map, "name", ""),
    defaultValue: attribute(map, "defaultValue", ""),
    ignoreCase: isOn(map, "ignoreCase", true),
    entries: inForce([map], "add", "key").map(
      (add) => [attribute(add, "key", ""), attribute(add, "value", "")] as const,
    ),
  };
}
