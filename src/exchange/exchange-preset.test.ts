import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Config } from "../config/config.ts";
import type { FarmConfig } from "../config/farm-config.ts";
import { interpret } from "../config/interpret.ts";
import type { Interpretation } from "../config/interpret.ts";
import { problemLine } from "../config/problem.ts";
import { exchangePreset } from "./exchange-preset.ts";

const base = `listen: [{ port: 80 }]
servers: { a: a.local, b: "http://10.0.0.2:8080" }
farms: { app: { servers: [a, b] } }
routes: [{ farm: app }]
`;

function read(text: string): Interpretation {
  const draft = interpret(text, "f.yaml", { exchange: exchangePreset });
  return draft.resolve({ files: new Map(), env: {}, now: Date.UTC(2030, 0) });
}

function expand(block: string): { readonly config: Config; readonly warnings: readonly string[] } {
  const result = read(
    `listen: [{ port: 80 }]\nservers: { a: a.local, b: b.local, old: old.local, old2: old2.local }\nexchange: {${block}}\n`,
  );
  assert.ok(result.ok, JSON.stringify(result, null, 1));
  return { config: result.config, warnings: result.warnings.map(problemLine) };
}

const published = ({ routes }: Config): readonly string[] =>
  routes.map(({ host, path, exact, farm }) => `${host ?? "*"}${path}${exact === true ? "$" : ""} -> ${farm}`);

function farmOf({ farms }: Config, name: string): FarmConfig {
  const found = farms.find((one) => one.name === name);
  assert.ok(found, `no farm ${name}`);
  return found;
}

const minutes = (count: number): number => count * 60_000;

describe("the exchange block", () => {
  it("shared-check: two farms, the mail name judged by OWA's check alone", () => {
    const { config } = expand("version: 2013, layout: shared-check, domain: x.y, servers: [a, b]");
    assert.deepEqual(published(config), [
      "mail.x.y/$ -> mail",
      "mail.x.y/owa -> mail",
      "mail.x.y/ecp -> mail",
      "mail.x.y/ews -> mail",
      "mail.x.y/microsoft-server-activesync -> mail",
      "mail.x.y/oab -> mail",
      "mail.x.y/rpc -> mail",
      "mail.x.y/rpcwithcert -> mail",
      "mail.x.y/mapi -> mail",
      "autodiscover.x.y/autodiscover -> autodiscover",
      "mail.x.y/autodiscover -> autodiscover",
    ]);
    const mail = farmOf(config, "mail");
    assert.deepEqual(mail.health?.expect, { status: [[200, 200]], body: "200 OK" });
    assert.deepEqual(
      [mail.health.path, mail.health.host, mail.tls.serverName],
      ["/owa/HealthCheck.htm", "mail.x.y", "mail.x.y"],
    );
    assert.equal(mail.connectionAuth, "pin");
    assert.deepEqual(
      [mail.timeouts.responseMs, mail.timeouts.idleMs, mail.timeouts.keepAliveMs],
      [0, minutes(65), minutes(65)],
    );
    assert.equal(farmOf(config, "autodiscover").health?.path, "/autodiscover/HealthCheck.htm");
  });

  it("namespace-per-protocol: a name, a farm and a check for each", () => {
    const { config, warnings } = expand(
      "version: 2016, layout: namespace-per-protocol, domain: x.y, servers: [a, b], hosts: { owa: web.x.y, autodiscover: [autodiscover.x.y, autodiscover.z] }",
    );
    assert.deepEqual(published(config), [
      "web.x.y/$ -> owa",
      "web.x.y/owa -> owa",
      "ecp.x.y/ecp -> ecp",
      "ews.x.y/ews -> ews",
      "eas.x.y/microsoft-server-activesync -> eas",
      "oab.x.y/oab -> oab",
      "oa.x.y/rpc -> oa",
      "oa.x.y/rpcwithcert -> oa",
      "mapi.x.y/mapi -> mapi",
      "autodiscover.x.y/autodiscover -> autodiscover",
      "autodiscover.z/autodiscover -> autodiscover",
    ]);
    assert.deepEqual(
      config.farms.map(({ name, health, tls, connectionAuth, timeouts }) => [
        name,
        health?.path,
        health?.host,
        tls.serverName,
        connectionAuth,
        timeouts.responseMs / 1000,
        timeouts.idleMs / 1000,
        timeouts.keepAliveMs / 1000,
      ]),
      [
        ["owa", "/owa/HealthCheck.htm", "web.x.y", "web.x.y", "auto", 120, 300, 120],
        ["ecp", "/ecp/HealthCheck.htm", "ecp.x.y", "ecp.x.y", "auto", 120, 300, 120],
        ["ews", "/ews/HealthCheck.htm", "ews.x.y", "ews.x.y", "pin", 2100, 2100, 900],
        ["eas", "/Microsoft-Server-ActiveSync/HealthCheck.htm", "eas.x.y", "eas.x.y", "auto", 3900, 3900, 3900],
        ["oab", "/oab/HealthCheck.htm", "oab.x.y", "oab.x.y", "pin", 120, 120, 120],
        ["oa", "/rpc/HealthCheck.htm", "oa.x.y", "oa.x.y", "pin", 0, 900, 900],
        ["mapi", "/mapi/HealthCheck.htm", "mapi.x.y", "mapi.x.y", "pin", 60, 300, 900],
        ["autodiscover", "/autodiscover/HealthCheck.htm", "autodiscover.x.y", "autodiscover.x.y", "pin", 120, 120, 120],
      ],
    );
    assert.deepEqual(warnings, []);
  });

  it("single-namespace: one name, a farm for each path; only what is listed", () => {
    const { config } = expand(
      "version: SE, layout: single-namespace, domain: x.y, host: post.x.y, servers: [a], publish: [powershell, owa, autodiscover]",
    );
    assert.deepEqual(published(config), [
      "post.x.y/$ -> owa",
      "post.x.y/owa -> owa",
      "autodiscover.x.y/autodiscover -> autodiscover",
      "post.x.y/autodiscover -> autodiscover",
      "post.x.y/powershell -> powershell",
    ]);
    assert.equal(farmOf(config, "owa").tls.serverName, "post.x.y");
  });

  it("2010: no HealthCheck.htm, no MAPI, old TLS, and the old web paths", () => {
    const { config, warnings } = expand("version: 2010, layout: single-namespace, domain: x.y, servers: [a, b]");
    assert.deepEqual(
      config.farms.map(({ name, health }) => [
        name,
        health?.method,
        health?.path,
        health?.expect.status.flat().join(),
        health?.expect.body,
      ]),
      [
        ["owa", "GET", "/owa/auth/logon.aspx", "200,200", "Outlook Web"],
        ["ecp", "GET", "/ecp/", "302,302,401,401", null],
        ["ews", "GET", "/ews/exchange.asmx", "401,401", null],
        ["eas", "OPTIONS", "/Microsoft-Server-ActiveSync", "401,401", null],
        ["oab", "GET", "/oab/", "401,401,403,403", null],
        ["oa", "GET", "/rpc/rpcproxy.dll", "401,401", null],
        ["autodiscover", "GET", "/autodiscover/autodiscover.xml", "401,401", null],
      ],
    );
    assert.ok(config.farms.every(({ tls }) => tls.minVersion === "TLSv1"));
    assert.ok(published(config).includes("mail.x.y/exchweb -> owa"));
    assert.deepEqual(warnings, []);
  });

  it("legacy: one farm judged by OWA's logon page", () => {
    const { config, warnings } = expand(
      "version: 2013, layout: shared-check, domain: x.y, servers: [a], tls: { minVersion: TLSv1.3, serverName: ex.x.y }, legacy: { version: 2007, servers: [old] }",
    );
    const legacy = farmOf(config, "legacy");
    assert.deepEqual(
      legacy.members.map(({ server }) => server),
      ["old"],
    );
    assert.equal(legacy.health?.path, "/owa/auth/logon.aspx");
    assert.equal(legacy.tls.serverName, "legacy.x.y");
    assert.equal(farmOf(config, "mail").tls.serverName, "ex.x.y");
    assert.deepEqual(
      published(config).filter((route) => route.endsWith("legacy")),
      ["/$", "/owa", "/exchange", "/exchweb", "/public", "/ews", "/oab", "/unifiedmessaging"].map(
        (path) => `legacy.x.y${path} -> legacy`,
      ),
    );
    assert.deepEqual(warnings, []);
  });

  it("legacy, split: a farm for OWA and one for EWS, under one name or two", () => {
    const { config } = expand(
      "version: 2013, layout: shared-check, domain: x.y, servers: [a], legacy: { version: 2007, servers: [old], split: true, hosts: { ews: legacyews.x.y } }",
    );
    assert.equal(farmOf(config, "legacy-owa").health?.host, "legacy.x.y");
    assert.deepEqual(
      [farmOf(config, "legacy-ews").health?.host, farmOf(config, "legacy-ews").health?.path],
      ["legacyews.x.y", "/ews/exchange.asmx"],
    );
    assert.equal(farmOf(config, "legacy-ews").tls.minVersion, "TLSv1");
  });

  for (const version of [2010, 2013]) {
    it(`expands to a document that means the same when it is read again: ${version}`, () => {
      const text = `listen: [{ port: 80 }]\nservers: { a: a.local }\nexchange: { version: ${version}, layout: single-namespace, domain: x.y, servers: [a] }\n`;
      const first = read(text);
      assert.ok(first.ok);
      assert.ok(!("exchange" in first.expanded));
      const second = read(JSON.stringify(first.expanded));
      assert.ok(second.ok);
      assert.deepEqual(second.config, first.config);
    });
  }

  it("gives a result whatever is put into it", () => {
    const keys = [
      "version",
      "layout",
      "domain",
      "servers",
      "host",
      "hosts",
      "publish",
      "tls",
      "legacy",
      "split",
      "other",
    ];
    const values = fc.oneof(
      fc.constantFrom<unknown>(
        2007,
        2013,
        "SE",
        "shared-check",
        "single-namespace",
        "namespace-per-protocol",
        "x.y",
        ["a"],
        ["a", "b"],
        ["owa"],
        ["mapi"],
        true,
      ),
      fc.jsonValue(),
    );
    const block = fc.dictionary(
      fc.constantFrom(...keys),
      fc.oneof(values, fc.dictionary(fc.constantFrom(...keys, "owa", "ews"), values)),
    );
    fc.assert(
      fc.property(block, (exchange) => "ok" in read(`${base}exchange: ${JSON.stringify(exchange)}\n`)),
      { numRuns: 300 },
    );
  });
});

/** Each: what is wrong, the text, and all that is said about it. */
const wrong: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "an exchange block",
    `${base}exchange:
  version: "2013"
  layout: single
  domain: https://x
  servers: [a]
  publish: [owa, imap]
  hsts: {}
`,
    [
      'f.yaml:6:12: exchange.version: "2013" is a text: write 2013 without quotes',
      'f.yaml:7:11: exchange.layout: "single" is not one of shared-check, namespace-per-protocol, single-namespace; did you mean "single-namespace"?',
      'f.yaml:8:11: exchange.domain: "https://x" is not a host name: write a name such as mail.example.com, without wildcard, port or https://',
      'f.yaml:10:18: exchange.publish.1: "imap" is not one of owa, ecp, ews, eas, oab, oa, mapi, autodiscover, powershell; did you mean "mapi"?',
      'f.yaml:11:3: exchange.hsts: "hsts" is not a key here; did you mean "hosts"? allowed here are version, layout, domain, servers, host, hosts, publish, allow, tls, legacy',
    ],
  ],
  [
    "what an exchange block stands for: each once, where it was written",
    `${base}  - { host: mail.x.y, path: /EWS, farm: app }
exchange:
  version: 2013
  layout: single-namespace
  domain: x.y
  servers: [a, c]
  tls: { ca: ca.pem }
  hosts: { owa: owa.x.y }
`
      .replace("routes: [{ farm: app }]", "routes:\n  - farm: app")
      .replace("app: {", "ews: { servers: [a] }, app: {"),
    [
      "f.yaml:3:10: farms.ews: `exchange:` makes a farm of this name: give yours another one",
      "f.yaml:10:11: exchange.domain: mail.x.y/ews is published in line 6 already: remove one of the two routes, host and path are the same but for case",
      'f.yaml:11:16: exchange.servers.1: "c" is not a server; did you mean "a"? write the name of one under `servers` (there are a, b)',
      'f.yaml:12:14: exchange.tls.ca: "ca.pem" cannot be read: it was not read; file names are relative to the configuration file',
      "f.yaml:13:17: exchange.hosts.owa: in this layout it is published under the mail name: write that in `host`, or choose the layout namespace-per-protocol",
    ],
  ],
  [
    "keys that do not fit together",
    `${base}exchange:
  version: 2010
  layout: namespace-per-protocol
  domain: x.y
  host: mail.x.y
  servers: [a]
  publish: [owa, mapi]
  hosts: { ews: ews.x.y }
  legacy: { version: 2003, servers: [b], hosts: { owa: o.x.y } }
`,
    [
      "f.yaml:9:9: exchange.host: this layout has no common mail name: write the names of protocols in `hosts`, or choose the layout single-namespace",
      'f.yaml:11:18: exchange.publish.1: Exchange 2010 has no MAPI over HTTP: leave "mapi" out',
      "f.yaml:13:22: exchange.legacy.version: 2003 is not one of 2007, 2010",
    ],
  ],
  [
    "names for legacy protocols without farms for them",
    `${base}exchange:
  version: 2013
  layout: shared-check
  domain: x.y
  servers: [a]
  legacy: { version: 2007, servers: [b], hosts: { owa: o.x.y } }
`,
    [
      "f.yaml:10:49: exchange.legacy.hosts: names for each protocol need a farm for each: add split: true, or write one `host`",
    ],
  ],
];

describe("a wrong exchange block", () => {
  for (const [title, text, expected] of wrong) {
    it(`is told with place, value and remedy: ${title}`, () => {
      const result = read(text);
      assert.ok(!result.ok, "it was accepted");
      assert.deepEqual(result.problems.map(problemLine), expected);
    });
  }
});
