import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { start } from "../processes.mjs";

const root = join(import.meta.dirname, "../..");
const built = existsSync(join(root, "dist/src"));

export const fairlead = {
  id: "fairlead",
  name: "Fairlead, default",
  version: () => (built ? `Fairlead on Node.js ${process.versions.node}` : null),
  launch(place) {
    const file = join(place.folder, `${place.port}-fairlead.yaml`);
    const write = (revision) => writeFileSync(file, JSON.stringify(configuration(place, revision)));
    write(0);
    const args = [join(root, "bin/fairlead.mjs"), "run", "-c", file];
    const child = start({ command: process.execPath, args }, null);
    const api = `http://127.0.0.1:${place.adminPort}/api/v1`;
    return {
      child,
      reload(revision) {
        write(revision);
        return ask("POST", `${api}/reload`);
      },
      takeOut: (server) => ask("PUT", `${api}/servers/${server}/state`, { state: "drain" }),
      putBack: (server) => ask("PUT", `${api}/servers/${server}/state`, { state: "available" }),
    };
  },
};

/** All but the last route is what anybody would write; that one is what a reload changes. */
function configuration({ port, adminPort, servers }, revision) {
  const farm = (protocol) => ({
    servers: servers.map(({ name }) => name),
    health: { path: `/${protocol}/health`, expect: { status: 200, body: "200 OK" } },
  });
  return {
    listen: [{ address: "127.0.0.1", port }],
    servers: Object.fromEntries(servers.map((server) => [server.name, `http://127.0.0.1:${server.port}`])),
    farms: { a: farm("a"), b: farm("b") },
    routes: [
      { path: "/a", farm: "a" },
      { path: "/b", farm: "b" },
      { path: `/unused/${revision}`, farm: "b" },
    ],
    admin: { port: adminPort },
  };
}

/** False where this version has no such call. */
async function ask(method, url, body) {
  const json =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const response = await fetch(url, { method, ...json });
  if (response.status === 404) return false;
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return true;
}
