import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { installed, run, start, versionOf } from "../processes.mjs";

const tuned = `health_interval 1s
      health_timeout 1s
      fail_duration 5s
      max_fails 2
      unhealthy_status 5xx
      lb_try_duration 5s
      transport http {
        response_header_timeout 2s
      }`;

export const caddyProxies = [caddy("caddy-default", "Caddy, default", ""), caddy("caddy-tuned", "Caddy, tuned", tuned)];

function configuration({ port, adminPort, servers }, settings, out) {
  const members = servers.filter(({ name }) => name !== out).map((server) => `127.0.0.1:${server.port}`);
  const handle = (protocol) => `  handle /${protocol}/* {
    reverse_proxy ${members.join(" ")} {
      health_uri /${protocol}/health
      ${settings}
    }
  }`;
  return `{
  admin 127.0.0.1:${adminPort}
  auto_https off
}
http://:${port} {
  bind 127.0.0.1
${handle("a")}
${handle("b")}
}
`;
}

function caddy(id, name, settings) {
  return {
    id,
    name,
    version: () => (installed("caddy") ? `Caddy ${versionOf("caddy", ["version"], /v?(\d[\d.]*)/)}` : null),
    launch(place) {
      const file = join(place.folder, `${place.port}-Caddyfile`);
      const write = (out) => writeFileSync(file, configuration(place, settings, out));
      write();
      const { folder } = place;
      const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
      const config = ["--config", file, "--adapter", "caddyfile"];
      const child = start({ command: "caddy", args: ["run", ...config], env }, null);
      const reloadWithout = async (out) => {
        write(out);
        // Without --force it skips a configuration that has not changed.
        await run("caddy", ["reload", "--force", "--address", `127.0.0.1:${place.adminPort}`, ...config], null);
      };
      return {
        child,
        reload: () => reloadWithout(undefined),
        takeOut: (server) => reloadWithout(server),
        putBack: () => reloadWithout(undefined),
      };
    },
  };
}
