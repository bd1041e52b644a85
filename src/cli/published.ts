import type { Config, ListenerConfig, RouteConfig } from "../config/config.ts";
import type { FarmConfig } from "../config/farm-config.ts";
import { listenPlaceText } from "../config/listen-place-text.ts";
import { ruleActionText } from "../config/rule-action-text.ts";
import { statusText } from "../config/status-ranges.ts";
import { durationText } from "../config/units.ts";
import { authorityOf } from "../http/authority.ts";
import type { RuleConfig, RulesConfig } from "../rules/rule-config.ts";
import { plainText, table, type Paint } from "./terminal.ts";

/** What a configuration publishes, as text for people: listeners, routes with their farm, members and check, then rules. */
export function publishedText(config: Config, paint: Paint): string {
  const admin = config.admin === null ? "off" : `http://${authorityOf(config.admin.address, config.admin.port)}`;
  return [
    paint("strong", "Listeners"),
    indent(table(config.listeners.map(listenerRow))),
    "",
    paint("strong", "Published"),
    indent(table(publishedRows(config, paint))),
    "",
    ...rulesText(config.rules, paint),
    `${paint("strong", "Admin API")}  ${admin}`,
  ].join("\n");
}

const indent = (text: string): string => text.replace(/^/gm, "  ");

function listenerRow(listener: ListenerConfig): readonly string[] {
  if (listener.redirect !== null)
    return [listenPlaceText(listener), "http", `redirects to https, port ${listener.redirect.port}`];
  if (listener.tls === null) return [listenPlaceText(listener), "http", ""];
  return [
    listenPlaceText(listener),
    "https",
    listener.tls.certificates.map(({ file, names }) => `${file} (${names.join(", ")})`).join("; "),
  ];
}

/** Routes that lead to the same farm stand together; farm, members and check are said once. */
function publishedRows(config: Config, paint: Paint): readonly (readonly string[])[] {
  const { routes, farms } = config;
  const rows = farms.flatMap((farm) => {
    const addresses = routes
      .filter((route) => route.farm === farm.name)
      .map((route) => `${route.host ?? "*"}${route.path}${route.exact === true ? paint("faint", " (exact)") : ""}`);
    return (addresses.length === 0 ? [paint("faint", "by rules")] : addresses).map((address, index) => [
      address,
      ...(index === 0 ? [farm.name, membersText(farm, config), checkText(farm)] : []),
    ]);
  });
  return [["ADDRESS", "FARM", "MEMBERS", "HEALTH CHECK"].map((title) => paint("faint", title)), ...rows];
}

const maxRules = 20;

/** In their order, as long as they are few. Empty where there are none. */
function rulesText({ inbound, outbound }: RulesConfig, paint: Paint): string[] {
  const titles = ["RULE", "HOST", "PATH", "CONDITIONS", "ACTION"].map((title) => paint("faint", title));
  const rows = inbound.slice(0, maxRules).map((rule) => {
    const { name, scheme, host, path, conditions, action } = publishedRule(rule);
    const address = `${scheme === null ? "" : `${scheme}://`}${host ?? "*"}`;
    return [name, address, path ?? "", conditions === 0 ? "" : `${conditions}`, action].map(plainText);
  });
  return [
    ...(rows.length === 0 ? [] : [paint("strong", "Rules"), indent(table([titles, ...rows])), ...more(inbound), ""]),
    ...(outbound.length === 0 ? [] : [`${paint("strong", "Outbound rules")}  ${number(outbound.length)}`, ""]),
  ];
}

function more({ length }: RulesConfig["inbound"]): string[] {
  return length > maxRules ? [indent(`… and ${number(length - maxRules)} more`)] : [];
}

const number = (count: number): string => count.toLocaleString("en");

function publishedRule(rule: RuleConfig) {
  const { name, host, https, path, conditions, stop } = rule;
  const scheme = https === null ? null : https ? "https" : "http";
  const pattern = path === null ? null : `${path.negate ? "not " : ""}${path.pattern}`;
  return { name, scheme, host, path: pattern, conditions: conditions.length, action: ruleActionText(rule), stop };
}

/** With the state of those that are to get nothing new, the server's or their own. */
function membersText({ members }: FarmConfig, { servers }: Config): string {
  const texts = members.map(({ server, state }) => {
    const states = [state, servers.find(({ name }) => name === server)?.state ?? "available"];
    const out = ["unavailable", "drain"].find((one) => states.some((given) => given === one));
    return out === undefined ? server : `${server} (${out})`;
  });
  return texts.join(", ");
}

function checkText({ health }: FarmConfig): string {
  if (health === null) return "none";
  const body = health.expect.body === null ? "" : ` "${health.expect.body}"`;
  return `${health.method} ${health.path} -> ${statusText(health.expect.status)}${body}, every ${durationText(health.everyMs)}`;
}

/** The same for programs. Without keys and passwords. */
export function publishedData(config: Config) {
  return {
    listeners: config.listeners.map(({ tls, ...listener }) => ({
      ...listener,
      certificates: tls?.certificates.map(({ file, names }) => ({ file, names })) ?? [],
    })),
    servers: config.servers,
    farms: config.farms,
    routes: config.routes satisfies readonly RouteConfig[],
    rules: config.rules.inbound.map(publishedRule),
    outboundRules: config.rules.outbound.map(({ name }) => ({ name })),
    forwarded: config.forwarded,
    admin: config.admin,
  };
}
