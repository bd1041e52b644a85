import { installed, start, versionOf } from "../processes.mjs";
import { nginxCommand, nginxListen } from "../proxies.mjs";

/** What is lost where POSTs are not sent again; the last variant sends them again, whatever they may have done already. */
function tuned(nextUpstream) {
  return {
    server: "max_fails=2 fail_timeout=5s",
    upstream: "keepalive 64;",
    location: `proxy_http_version 1.1; proxy_set_header Connection ""; proxy_connect_timeout 1s; proxy_read_timeout 2s;
    proxy_next_upstream ${nextUpstream};`,
  };
}

const conditions = "error timeout http_502 http_503 http_504";
const plain = { server: "", upstream: "", location: "" };

export const nginxProxies = [
  nginx("nginx-default", "nginx, default", plain),
  nginx("nginx-tuned", "nginx, tuned", tuned(conditions)),
  { ...nginx("nginx-replay", "nginx, tuned, POST sent again", tuned(`${conditions} non_idempotent`)), extra: true },
];

function http({ port, servers }, settings, out) {
  const lines = servers.map(
    (server) => `server 127.0.0.1:${server.port} ${settings.server}${server.name === out ? " down" : ""};`,
  );
  const upstream = (protocol) => `upstream ${protocol} { ${lines.join(" ")} ${settings.upstream} }`;
  const location = (protocol) => `location /${protocol}/ { proxy_pass http://${protocol}; ${settings.location} }`;
  return `${upstream("a")}
${upstream("b")}
server { ${nginxListen({ port })}
  ${location("a")}
  ${location("b")}
}`;
}

function nginx(id, name, settings) {
  return {
    id,
    name,
    version: () => (installed("nginx") ? `nginx ${versionOf("nginx", ["-v"], /nginx\/(\S+)/)}` : null),
    launch(place) {
      const child = start(nginxCommand(place, http(place, settings)), null);
      const reloadWithout = (out) => {
        nginxCommand(place, http(place, settings, out));
        child.kill("SIGHUP");
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
