import { authenticate } from "./authenticate.ts";
import { ConnectionGone } from "./connection-gone.ts";
import type { FrontEnd } from "./front-end.ts";
import { activeSync } from "./handlers/active-sync.ts";
import { autodiscover } from "./handlers/autodiscover.ts";
import { ecp } from "./handlers/ecp.ts";
import { ews } from "./handlers/ews.ts";
import { facilities } from "./handlers/facilities.ts";
import { mapi } from "./handlers/mapi.ts";
import { oab } from "./handlers/oab.ts";
import { owa } from "./handlers/owa.ts";
import { powershell } from "./handlers/powershell.ts";
import { rpcProxy } from "./handlers/rpc-proxy.ts";
import type { LabConnection } from "./lab-connection.ts";
import { LabExchange, type Handler } from "./lab-exchange.ts";
import { readRequest } from "./lab-request.ts";
import { applyFault, applyState } from "./misbehave.ts";
import { protocolOf, type Protocol } from "./protocols.ts";
import { RequestBody } from "./request-body.ts";

const handlers: Readonly<Record<Protocol, Handler>> = {
  owa,
  ecp,
  ews,
  eas: activeSync,
  oab,
  rpc: rpcProxy,
  mapi,
  autodiscover,
  powershell,
};

/** Answers the requests of one connection, one after the other, until either side closes. */
export async function serveConnection(connection: LabConnection, frontEnd: FrontEnd): Promise<void> {
  try {
    while (await serveNext(connection, frontEnd));
    await connection.close();
  } catch (error) {
    if (!(error instanceof ConnectionGone)) frontEnd.emit({ type: "failed", server: frontEnd.name, error });
    connection.destroy();
  }
}

/** false = the connection is to be closed. */
async function serveNext(connection: LabConnection, frontEnd: FrontEnd): Promise<boolean> {
  const request = await readRequest(connection.source);
  if (request === null) return false;
  if (typeof request === "string") {
    await connection.write(
      `HTTP/1.1 400 Bad Request\r\nX-FEServer: ${frontEnd.computer}\r\nConnection: close\r\nContent-Length: ${request.length}\r\n\r\n${request}`,
    );
    return false;
  }
  const invite = request.head.expectContinue ? (): void => inviteBody(connection) : null;
  const body = new RequestBody(connection.source, request.head, invite);
  const exchange = new LabExchange(request, body, frontEnd, connection);
  await answer(exchange);
  body.withdrawInvitation();
  if (!exchange.keepAlive) return false;
  await body.drain();
  return true;
}

function inviteBody(connection: LabConnection): void {
  // A failed write shows at the next read.
  void connection.write("HTTP/1.1 100 Continue\r\n\r\n").catch(() => connection.destroy());
}

async function answer(exchange: LabExchange): Promise<void> {
  const { request, frontEnd, connection } = exchange;
  const { method, target, path } = request;
  const protocol = protocolOf(path, frontEnd.personality);
  frontEnd.emit({ type: "request", server: frontEnd.name, connection: connection.id, method, target, protocol });
  if (path.startsWith("/lab/")) await facilities(exchange);
  else if (protocol !== null) await answerProtocol(exchange, protocol);
  else if (path === "/") await exchange.respond({ status: 302, fields: [["Location", "/owa/"]] });
  else
    await exchange.respond({
      status: 404,
      fields: [["Content-Type", "text/html"]],
      body: "<h2>404 - File or directory not found.</h2>\r\n",
    });
}

async function answerProtocol(exchange: LabExchange, protocol: Protocol): Promise<void> {
  const { frontEnd, request } = exchange;
  const pool = frontEnd.pools[protocol];
  const healthCheck = /^\/[^/]+\/healthcheck\.htm$/.test(request.path);
  if (healthCheck) pool.healthChecks += 1;
  else pool.requests += 1;
  if (await applyState(exchange, pool)) return;
  if (healthCheck) await answerHealthCheck(exchange);
  else if (await applyFault(exchange, pool)) return;
  else if (await authenticate(exchange, protocol)) await handlers[protocol](exchange);
}

/** Made in memory since 2013, without authentication; before, no such file exists. */
async function answerHealthCheck(exchange: LabExchange): Promise<void> {
  const { personality, fqdn } = exchange.frontEnd;
  if (personality !== "2013") await exchange.respond({ status: 404 });
  else
    await exchange.respond({
      status: 200,
      fields: [["Content-Type", "text/html"]],
      body: `200 OK<br/>${fqdn.toUpperCase()}`,
    });
}
