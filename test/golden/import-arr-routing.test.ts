import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { standInCertificate } from "../../src/cli/stand-in-certificate.ts";
import type { Config } from "../../src/config/config.ts";
import { interpret } from "../../src/config/interpret.ts";
import { documentText } from "../../src/config/import-arr/document-text.ts";
import { exchangePreset } from "../../src/exchange/exchange-preset.ts";
import { RouteIndex } from "../../src/router/route-index.ts";
import type { RuleRequest } from "../../src/rules/rule-request.ts";
import { systemClock } from "../../src/util/clock.ts";
import { arrReference, respondText, type ArrSite } from "../support/arr-reference.ts";
import { goldenBytes, goldenNames, importGolden, yamlAndFindings } from "../support/golden-import.ts";
import { engineOf } from "../support/rules-engine.ts";

const certificate = Buffer.from(await standInCertificate(["localhost"], systemClock));

/** What was left out, and told. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  maps: ["from a database", "either scheme"],
  "kitchen-sink": ["broken"],
};

const hosts = [
  ...["mail", "owa", "ecp", "ews", "eas", "oab", "oa", "mapi", "autodiscover", "legacy"].map(
    (name) => `${name}.tailspintoys.com`,
  ),
  "MAIL.TailspinToys.com",
  "mail.other.example",
  "oabx.tailspintoys.com",
  ...["blog", "shop", "portal", "www", "files", "all", "one", "two", "three"].map((name) => `${name}.example.com`),
  "unrelated.invalid",
];

const targets = [
  "/",
  "/?a=b",
  "/owa",
  "/OWA/auth/logon.aspx?url=x&y=%2f",
  "/owas",
  "/ecp/",
  "/ews/exchange.asmx",
  "/Microsoft-Server-ActiveSync?Cmd=Ping",
  "/oab/1/oab.xml",
  "/rpc/rpcproxy.dll?cas1:6001",
  "/rpcwithcert/rpcproxy.dll",
  "/mapi/emsmdb/?MailboxId=1",
  "/autodiscover/autodiscover.xml",
  "/public/a",
  "/robots.txt",
  "/api/x?y=1",
  "/pictures/a.jpg",
  "/a/images/b.png",
  "/.well-known/acme-challenge/token",
  "/old",
  "/legacy/x?y",
  "/app/x",
  ...["q", "h", "c", "i", "u", "f", "x", "e"].flatMap((name) => [`/${name}`, `/${name}/1?2`, `/${name}x`]),
  "/teapot",
  "/odd",
  "/moved",
  "/drop",
  "/drop/again",
  "/all",
  "/Upper/Case?Query",
];

function requestOf(https: boolean, host: string, target: string): RuleRequest {
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

/** What the router makes of a request, in the same words. */
function routerOf(config: Config): ArrSite {
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

/** Samples whose sites have no binding for plain HTTP. */
const tlsAlone: readonly string[] = ["locations"];

function assertSame(name: string, arr: ArrSite, router: ArrSite): void {
  for (const https of tlsAlone.includes(name) ? [true] : [true, false]) {
    for (const host of hosts) {
      for (const target of targets) {
        const request = requestOf(https, host, target);
        const what = `${https ? "https" : "http"}://${host}${target}`;
        assert.equal(router(request), plainText(arr(request)), what);
      }
    }
  }
}

/** IPv6 without brackets, as it is dialled. */
const plainText = (text: string): string => text.replaceAll(/\[(fd00::21)\]/g, "$1");

describe("every request goes where IIS sent it", () => {
  for (const name of goldenNames) {
    const arr = arrReference(Buffer.from(goldenBytes(name)).toString(), leftOut[name] ?? []);
    const imported = importGolden(name);

    it(`${name}`, () => assertSame(name, arr, routerOf(configOf(yamlAndFindings(imported).yaml))));

    it(`${name}, without presets`, () =>
      assertSame(name, arr, routerOf(configOf(documentText(imported.document, [])))));
  }
});
