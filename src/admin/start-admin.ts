import type { AddressInfo } from "node:net";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import type { Control } from "../control/control.ts";
import { authorityOf } from "../http/authority.ts";
import type { Log } from "../observe/log.ts";
import type { Clock } from "../util/clock.ts";
import { addConfigurationRoutes, type ConfigurationRoutes } from "./configuration-routes.ts";
import { addEventRoutes } from "./event-routes.ts";
import { addExplainRoute } from "./explain-route.ts";
import { isLoopback, isOwnHost, isOwnOrigin, isOwnPage } from "./loopback-guard.ts";
import { addMetricsRoute, type MetricsSource } from "./metrics-route.ts";
import { page, pagePolicy } from "./page.ts";
import { addStateRoutes } from "./state-routes.ts";

export interface AdminOptions extends ConfigurationRoutes {
  readonly control: Pick<Control, "farms" | "ready" | "servers" | "setState" | "events"> & MetricsSource;
  readonly address: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Admin {
  /** `http://127.0.0.1:9900` */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Rejects where the address cannot be bound. Serves this machine only, whatever address it is bound to. */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const app = fastify({ forceCloseConnections: true });
  guard(app, options.address);
  answerErrorsAsJson(app, options.log);
  addRoutes(app, options.control);
  addConfigurationRoutes(app, options);
  addStateRoutes(app, options.control);
  addExplainRoute(app, options.configurations, options.control);
  addEventRoutes(app, options.control.events, options.clock);
  await app.listen({ host: options.address, port: options.port });
  const { port } = boundTo(app);
  const url = `http://${authorityOf(options.address, port)}`;
  options.log("admin.bound", { url });
  return { url, port, close: async () => app.close() };
}

function addRoutes(app: FastifyInstance, control: AdminOptions["control"]): void {
  app.get("/api/v1/farms", () => control.farms());
  addMetricsRoute(app, control);
  app.get("/healthz", () => ({ alive: true }));
  app.get("/readyz", (_request, reply) => {
    const waitingFor = control
      .farms()
      .filter(({ members }) => members.some(({ healthy }) => healthy === null))
      .map(({ name }) => name);
    const ready = control.ready();
    return reply.code(ready ? 200 : 503).send({ ready, waitingFor });
  });
  app.get("/", (_request, reply) =>
    reply.type("text/html; charset=utf-8").header("Content-Security-Policy", pagePolicy).send(page),
  );
}

function guard(app: FastifyInstance, boundAddress: string): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.headers({
      "Cache-Control": "no-store",
      "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
    });
    if (!isLoopback(request.socket.remoteAddress)) return refuse(reply, "Only this machine may ask.");
    if (!isOwnHost(request.headers.host, boundAddress)) return refuse(reply, "Ask by a loopback address or localhost.");
    const { origin, host, "sec-fetch-site": site, "sec-fetch-mode": mode } = request.headers;
    if (!isOwnOrigin(origin, host) || !isOwnPage(site, mode)) return refuse(reply, "Another page may not ask.");
    return undefined;
  });
}

function refuse(reply: FastifyReply, message: string): FastifyReply {
  return reply.code(403).send({ error: "forbidden", message });
}

function answerErrorsAsJson(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((request: FastifyRequest, reply) =>
    reply.code(404).send({ error: "not-found", message: `There is no ${request.method} ${request.url} here.` }),
  );
  app.setErrorHandler((error, _request, reply) => {
    const status = statusOf(error);
    if (status < 500)
      return reply.code(status).send({ error: "bad-request", message: "The request cannot be understood." });
    log("admin.failed", { problem: error instanceof Error ? error.message : String(error) });
    return reply.code(500).send({ error: "internal-error", message: "The router failed; its log says why." });
  });
}

function statusOf(error: unknown): number {
  const known = error instanceof Error && "statusCode" in error && typeof error.statusCode === "number";
  return known ? Number(error.statusCode) : 500;
}

function boundTo(app: FastifyInstance): AddressInfo {
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("the admin API is bound to no port");
  return address;
}
