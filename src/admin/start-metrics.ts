import { once } from "node:events";
import { fastify } from "fastify";
import type { MetricsConfig } from "../config/config.ts";
import { authorityOf } from "../http/authority.ts";
import type { Log } from "../observe/log.ts";
import { parsePeerAddress } from "../util/ip-address.ts";
import { withinNetworks } from "../util/ip-ranges.ts";
import { addMetricsRoute, type MetricsSource } from "./metrics-route.ts";

interface MetricsOptions extends MetricsConfig {
  readonly control: MetricsSource;
  readonly log: Log;
}

export interface MetricsListener {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the metrics, and nothing else, to those who are allowed to read them. They tell the names of farms and servers,
 * but no address, no request and no user. Rejects where the address cannot be bound.
 */
export async function startMetrics({ address, port, allow, control, log }: MetricsOptions): Promise<MetricsListener> {
  const app = fastify({ forceCloseConnections: true });
  const mayRead = within(allow);
  app.addHook("onRequest", async (request, reply) => {
    if (mayRead(request.socket.remoteAddress)) return undefined;
    return reply.code(403).type("text/plain").send("Not among metrics.allow.\n");
  });
  addMetricsRoute(app, control);
  app.get("/healthz", () => ({ alive: true }));
  app.setNotFoundHandler((_request, reply) => reply.code(404).type("text/plain").send("There is /metrics here.\n"));
  app.setErrorHandler((error, _request, reply) => {
    log("admin.failed", { problem: error instanceof Error ? error.message : String(error) });
    return reply.code(500).type("text/plain").send("The router failed; its log says why.\n");
  });
  await app.ready();
  // Without a host Node takes all addresses; fastify would take loopback alone.
  app.server.listen({ port, ...(address === "" ? {} : { host: address }) });
  await once(app.server, "listening");
  const bound = app.server.address();
  const at = bound === null || typeof bound === "string" ? port : bound.port;
  log("metrics.bound", { url: `http://${authorityOf(address === "" ? "*" : address, at)}/metrics` });
  return { port: at, close: async () => app.close() };
}

function within(cidrs: readonly string[]): (address: string | undefined) => boolean {
  const isWithin = withinNetworks(cidrs);
  return (address) => {
    const peer = parsePeerAddress(address);
    return peer !== null && isWithin(peer.value);
  };
}
