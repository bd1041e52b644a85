import type { Config, ListenerConfig, RouteConfig } from "../config/config.ts";
import type { FarmConfig } from "../config/farm-config.ts";
import { listenPlaceText } from "../config/listen-place-text.ts";
import { statusText } from "../config/status-ranges.ts";
import { durationText } from "../config/units.ts";
import { authorityOf } from "../http/authority.ts";
import { table } from "./terminal.ts";
import type { Paint } from "./terminal.ts";

/** What a configuration publishes, as text for people: listeners, then routes with their farm, members and check. */
export function publishedText(config: Config, paint: Paint): string {
  const admin = config.admin === null ? "off" : `http://${authorityOf(config.admin.address, config.admin.port)}`;
  return [
    paint("strong", "Listeners"),
    indent(table(config.listeners.map(listenerRow))),
    "",
    paint("strong", "Published"),
    indent(table(publishedRows(config, paint))),
    "",
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
  const rows = farms.flatMap((farm) =>
    routes
      .filter((route) => route.farm === farm.name)
      .map((route, index) => [
        `${route.host ?? "*"}${route.path}${route.exact === true ? paint("faint", " (exact)") : ""}`,
        ...(index === 0 ? [farm.name, membersText(farm, config), checkText(farm)] : []),
      ]),
  );
  return [["ADDRESS", "FARM", "MEMBERS", "HEALTH CHECK"].map((title) => paint("faint", title)), ...rows];
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
    forwarded: config.forwarded,
    admin: config.admin,
  };
}
