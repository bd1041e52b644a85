import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { installed, versionOf } from "./processes.mjs";

/*
 * Every proxy does the same work: one worker on one core, keep-alive both ways, X-Forwarded-For, -Proto and -Host added,
 * bodies streamed, no access log, TLS 1.3, the member's certificate verified. `place` says where: { port, memberPort, tls, folder,
 * certificate, key, name }.
 */

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "..");

function written(place, name, text) {
  const file = join(place.folder, `${place.port}-${name}`);
  writeFileSync(file, text);
  return file;
}

const asRoot = userInfo().uid === 0 ? "user root;" : "";

/** The frame of an nginx configuration: one worker, everything it writes in the folder. */
export function nginxCommand(place, http) {
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${place.folder}/${place.port}-${kind};`)
    .join(" ");
  const file = written(
    place,
    "nginx.conf",
    `worker_processes 1; daemon off; pid ${place.folder}/${place.port}.pid; error_log stderr crit; ${asRoot}
worker_rlimit_nofile 20000;
events { worker_connections 16000; }
http { access_log off; keepalive_requests 100000000; keepalive_timeout 600s; ${paths}
${http}
}`,
  );
  return { command: "nginx", args: ["-p", place.folder, "-e", "stderr", "-c", file] };
}

export function nginxListen({ port, tls, certificate, key }) {
  const lines = tls ? `ssl_protocols TLSv1.3; ssl_certificate ${certificate}; ssl_certificate_key ${key};` : "";
  return `listen 127.0.0.1:${port} backlog=4096${tls ? " ssl" : ""}; ${lines}`;
}

const nginx = {
  name: "nginx",
  version: () => (installed("nginx") ? versionOf("nginx", ["-v"], /nginx\/(\S+)/) : null),
  command(place) {
    const { tls, memberPort, certificate, name } = place;
    const verify = `proxy_ssl_protocols TLSv1.3; proxy_ssl_server_name on; proxy_ssl_name ${name}; proxy_ssl_verify on; proxy_ssl_trusted_certificate ${certificate};`;
    return nginxCommand(
      place,
      `upstream member { server 127.0.0.1:${memberPort}; keepalive 512; keepalive_requests 100000000; }
server { ${nginxListen(place)} location / {
  proxy_pass ${tls ? "https" : "http"}://member; proxy_http_version 1.1; proxy_set_header Connection "";
  proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $host;
  proxy_buffering off; proxy_request_buffering off; proxy_buffer_size 16k; proxy_buffers 8 16k; proxy_read_timeout 600s; ${tls ? verify : ""}
} }`,
    );
  },
};

const haproxy = {
  name: "HAProxy",
  version: () => (installed("haproxy") ? versionOf("haproxy", ["-v"], /version (\d[\d.]*)/) : null),
  command(place) {
    const { tls, port, memberPort, certificate, key, name } = place;
    // It wants certificate and key in one file.
    const pem = tls ? written(place, "both.pem", readFileSync(certificate, "utf8") + readFileSync(key, "utf8")) : "";
    const file = written(
      place,
      "haproxy.cfg",
      `global
  nbthread 1
  maxconn 8000
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  http-reuse always
frontend f
  bind 127.0.0.1:${port}${tls ? ` ssl crt ${pem}` : ""}
  option forwardfor
  http-request set-header X-Forwarded-Proto ${tls ? "https" : "http"}
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  default_backend b
backend b
  server s 127.0.0.1:${memberPort}${tls ? ` ssl verify required ca-file ${certificate} verifyhost ${name} sni str(${name})` : ""}
`,
    );
    return { command: "haproxy", args: ["-db", "-f", file] };
  },
};

const caddy = {
  name: "Caddy",
  version: () => (installed("caddy") ? versionOf("caddy", ["version"], /v?(\d[\d.]*)/) : null),
  command(place) {
    const { tls, port, memberPort, certificate, key, name, folder } = place;
    const toMember = tls ? `tls\n tls_server_name ${name}\n tls_trusted_ca_certs ${certificate}` : "";
    const file = written(
      place,
      "Caddyfile",
      `{
  admin off
  auto_https off
  default_sni ${name}
  servers {
    protocols h1
  }
}
${tls ? "https" : "http"}://:${port} {
  bind 127.0.0.1
  ${tls ? `tls ${certificate} ${key}` : ""}
  reverse_proxy ${tls ? "https" : "http"}://127.0.0.1:${memberPort} {
    transport http {
      keepalive_idle_conns_per_host 512
      versions 1.1
      ${toMember}
    }
  }
}
`,
    );
    const env = { GOMAXPROCS: "1", HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    return { command: "caddy", args: ["run", "--adapter", "caddyfile", "--config", file], env };
  },
};

const npmProxy = {
  name: "http-proxy-3",
  version() {
    const file = join(here, "node_modules/http-proxy-3/package.json");
    return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).version : null;
  },
  command(place) {
    return { command: process.execPath, args: [join(here, "npm-proxy.mjs"), JSON.stringify(place)] };
  },
};

function fairleadFile(place, more = "") {
  const { tls, port, memberPort, certificate, key, name } = place;
  const certificates = tls ? `, certificates: [{ cert: ${certificate}, key: ${key} }]` : "";
  return written(
    place,
    "fairlead.yaml",
    `listen:
  - { address: 127.0.0.1, port: ${port}${certificates} }
servers:
  s: ${tls ? "https" : "http"}://127.0.0.1:${memberPort}
farms:
  f: { servers: [s], health: off, timeouts: { response: 10m }${tls ? `, tls: { serverName: ${name}, ca: ${certificate} }` : ""} }
routes:
  - { path: /, farm: f }
admin: off
${more}`,
  );
}

const fairlead = {
  name: "Fairlead",
  version: () => (existsSync(join(root, "dist/src")) ? `on Node.js ${process.versions.node}` : null),
  command: (place) => ({
    command: process.execPath,
    args: [join(root, "bin/fairlead.mjs"), "run", "-c", fairleadFile(place)],
  }),
};

/** With an access log, to see what it costs. */
export function fairleadLogging(format) {
  const log = (place) => `accessLog: { file: ${place.port}-access.log, format: ${format} }\n`;
  return {
    ...fairlead,
    name: `Fairlead, access log ${format}`,
    command: (place) => ({
      command: process.execPath,
      args: [join(root, "bin/fairlead.mjs"), "run", "-c", fairleadFile(place, log(place))],
    }),
  };
}

/** Another build of Fairlead, to compare two of them in one run. */
export function fairleadBuild(folder, nodeOptions) {
  const program = resolve(folder, "src/cli/program.js");
  const script = `const { main } = await import(process.argv[1]); await main(["run", "-c", process.argv[2]]);`;
  return {
    name: `Fairlead ${folder}`,
    version: () => (existsSync(program) ? `on Node.js ${process.versions.node}` : null),
    command: (place) => ({
      command: process.execPath,
      args: [...nodeOptions, "--input-type=module", "-e", script, program, fairleadFile(place)],
    }),
  };
}

/** HAProxy is what the others are compared with. */
export const proxies = [haproxy, nginx, fairlead, caddy, npmProxy];
