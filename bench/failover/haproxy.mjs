import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { installed, start, versionOf } from "../processes.mjs";

const plain = { defaults: "", backend: "", check: "check", serverTimeout: "50s" };
const tuned = {
  defaults: "option idle-close-on-response",
  backend: `option redispatch 1
  retry-on conn-failure empty-response response-timeout 503
  http-request disable-l7-retry if METH_POST`,
  check: "check inter 1s fastinter 200ms fall 2 rise 2 observe layer7 error-limit 2 on-error mark-down",
  serverTimeout: "2s",
};

export const haproxyProxies = [
  haproxy("haproxy-default", "HAProxy, default", plain),
  haproxy("haproxy-tuned", "HAProxy, tuned", tuned),
];

function backend({ servers }, settings, protocol) {
  return `backend ${protocol}
  option httpchk GET /${protocol}/health
  ${settings.backend}
  ${servers.map(({ name, port }) => `server ${name} 127.0.0.1:${port} ${settings.check}`).join("\n  ")}
`;
}

/** The time-outs of the default are those of Debian's own file. */
function configuration(place, settings, socket) {
  return `global
  stats socket ${socket} mode 600 level admin expose-fd listeners
defaults
  mode http
  ${settings.defaults}
  timeout connect 5s
  timeout client 50s
  timeout server ${settings.serverTimeout}
frontend clients
  bind 127.0.0.1:${place.port}
  use_backend b if { path_beg /b/ }
  default_backend a
${backend(place, settings, "a")}${backend(place, settings, "b")}`;
}

async function tell(socket, command) {
  const connection = connect(socket).setEncoding("utf8");
  let answer = "";
  connection.on("data", (text) => (answer += text));
  connection.end(`${command}\n`);
  await once(connection, "close");
  if (answer.trim() !== "") throw new Error(`HAProxy: ${command}: ${answer}`);
}

function haproxy(id, name, settings) {
  return {
    id,
    name,
    version: () => (installed("haproxy") ? `HAProxy ${versionOf("haproxy", ["-v"], /version (\d[\d.]*)/)}` : null),
    launch(place) {
      const file = join(place.folder, `${place.port}-haproxy.cfg`);
      const socket = join(place.folder, `${place.port}.sock`);
      writeFileSync(file, configuration(place, settings, socket));
      const child = start({ command: "haproxy", args: ["-W", "-db", "-f", file] }, null);
      const setState = (server, state) =>
        tell(socket, `set server a/${server} state ${state}; set server b/${server} state ${state}`);
      return {
        child,
        reload: () => child.kill("SIGUSR2"),
        takeOut: (server) => setState(server, "drain"),
        putBack: (server) => setState(server, "ready"),
      };
    },
  };
}
