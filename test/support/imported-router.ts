import assert from "node:assert/strict";
import { standInCertificate } from "../../src/cli/stand-in-certificate.ts";
import type { Config } from "../../src/config/config.ts";
import { interpret } from "../../src/config/interpret.ts";
import { exchangePreset } from "../../src/exchange/exchange-preset.ts";
import { RouteIndex } from "../../src/router/route-index.ts";
import type { RuleRequest } from "../../src/rules/rule-request.ts";
import { systemClock } from "../../src/util/clock.ts";
import { respondText, type ArrSite } from "./arr-reference.ts";
import { engineOf } from "./rules-engine.ts";

const certificate = Buffer.from(await standInCertificate(["localhost"], systemClock));

export function requestOf(https: boolean, host: string, target: string): RuleRequest {
  const head = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  const [clientAddress, localAddress] = ["192.0.2.1", "192.0.2.2"];
  const addresses = { clientAddress, clientPort: 4711, localAddress, localPort: https ? 443 : 80 };
  return { method: "GET", target, host, https, version: "1.1", head, fieldsStart: head.indexOf("Host"), ...addresses };
}

function configOf(yaml: string): Config {
  const files = new Map([["certificate.pem", { ok: true, bytes: certificate } as const]]);
  const result = interpret(yaml, "f.yaml", { exchange: exchangePreset }).resolve({
    files,
    env: {},
    now: systemClock.now(),
  });
  assert.ok(result.ok, JSON.stringify(result.ok ? [] : result.problems));
  return result.config;
}

/** What the router makes of a request with this configuration, in the words of the reference. */
export function importedRouter(yaml: string): ArrSite {
  const config = configOf(yaml);
  const rules = engineOf(config.rules);
  const routes = new RouteIndex(config.routes, ({ farm }) => farm);
  const plain = config.listeners.find(({ tls }) => tls === null);
  return (request) => {
    if (!request.https && plain === undefined) return respondText(404, "");
    if (!request.https && plain?.redirect !== null) return `redirect 301 https://${request.host}${request.target}`;
    const outcome = rules(request);
    if (outcome === "malformed") return "malformed";
    if (outcome.kind === "redirect") return `redirect ${outcome.status} ${outcome.location}`;
    if (outcome.kind === "abort") return "abort";
    if (outcome.kind === "respond") {
      return outcome.reason === "No server" ? `nobody ${request.target}` : respondText(outcome.status, outcome.body);
    }
    const target = outcome.target ?? request.target;
    const name = outcome.farm ?? routes.find(request.host, target);
    const farm = config.farms.find((one) => one.name.toLowerCase() === name?.toLowerCase());
    if (farm === undefined) return respondText(404, "");
    const members = farm.members.map(
      ({ protocol, host, port, state }) =>
        `${protocol}://${host}:${port}${state === "available" ? "" : " unavailable"}`,
    );
    return `${members.join(",").toLowerCase()} ${target}`;
  };
}
