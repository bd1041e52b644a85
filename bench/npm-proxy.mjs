import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { createProxyServer } from "http-proxy-3";

const { port, memberPort, tls, certificate, key, name } = JSON.parse(process.argv[2]);
const { Agent } = tls ? https : http;
const ca = tls ? readFileSync(certificate) : undefined;

createProxyServer({
  target: { protocol: tls ? "https:" : "http:", host: "127.0.0.1", port: memberPort, ca, servername: name },
  agent: new Agent({ keepAlive: true, maxSockets: 4096, maxFreeSockets: 512, scheduling: "lifo" }),
  xfwd: true,
  ssl: tls ? { key: readFileSync(key), cert: readFileSync(certificate) } : undefined,
})
  .on("error", (_error, _request, response) => response.destroy?.())
  .listen(port, "127.0.0.1");
