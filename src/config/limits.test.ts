import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Config } from "./config.ts";
import { interpret, type Interpretation } from "./interpret.ts";
import { problemLine } from "./problem.ts";

const base = `listen: [{ port: 80 }]
servers: { a: a.local }
farms: { app: { servers: [a] } }
`;

function read(text: string): Interpretation {
  return interpret(text, "f.yaml", {}).resolve({ files: new Map(), env: {}, now: 0 });
}

function configOf(text: string): Config {
  const result = read(text);
  assert.ok(result.ok, JSON.stringify(result));
  return result.config;
}

const routes = (keys: string): string => `${base}routes: [{ farm: app, ${keys} }]\n`;

describe("limits in a configuration", () => {
  const cases: readonly (readonly [string, object | undefined])[] = [
    ["exact: true", undefined],
    ["maxBody: off", undefined],
    ["maxBody: 100MiB", { allow: null, deny: [], rate: null, maxBodyBytes: 104_857_600 }],
    ["maxBody: 4GiB", { allow: null, deny: [], rate: null, maxBodyBytes: 4_294_967_296 }],
    [
      'allow: [10.0.0.0/8, "::1", unix], deny: [10.9.9.9]',
      { allow: ["10.0.0.0/8", "::1/128", "unix"], deny: ["10.9.9.9/32"], rate: null, maxBodyBytes: 0 },
    ],
    [
      "rate: { requests: 300/m }",
      { allow: null, deny: [], rate: { requests: 300, perMs: 60_000, burst: 300 }, maxBodyBytes: 0 },
    ],
    [
      "rate: { requests: 50/s, burst: 100, by: address }",
      { allow: null, deny: [], rate: { requests: 50, perMs: 1000, burst: 100 }, maxBodyBytes: 0 },
    ],
  ];
  for (const [keys, limits] of cases) {
    it(`of a route: ${keys}`, () => assert.deepEqual(configOf(routes(keys)).routes[0]?.limits, limits));
  }

  it("for all requests", () => {
    assert.equal(configOf(routes("")).limits.requests, null);
    const { requests } = configOf(
      `${routes("")}limits: { deny: [192.0.2.0/24], rate: { requests: 5/h, burst: 2 } }\n`,
    ).limits;
    assert.deepEqual(requests, {
      allow: null,
      deny: ["192.0.2.0/24"],
      rate: { requests: 5, perMs: 3_600_000, burst: 2 },
    });
  });

  it("of a listener", () => {
    const { listeners } = configOf(
      routes("").replace("port: 80", "port: 80, maxHeaders: 100, maxUrl: 4KiB, maxHeader: 8KiB"),
    );
    const [listener] = listeners;
    assert.deepEqual([listener?.maxHeaderFields, listener?.maxUrlBytes, listener?.maxHeaderBytes], [100, 4096, 8192]);
  });

  const network = "is not a network: write an address with the number of its fixed bits, such as 10.0.0.0/8";
  const wrong: readonly (readonly [string, string, readonly string[]])[] = [
    [
      "networks",
      routes('allow: [10/8, 010.0.0.0/8, 0x0a.0.0.0/8, 10.0.0.0/33, "fe80::1%eth0/64", inside]'),
      [
        `f.yaml:4:31: routes.0.allow.0: "10/8" ${network}`,
        `f.yaml:4:37: routes.0.allow.1: "010.0.0.0/8" ${network}`,
        `f.yaml:4:50: routes.0.allow.2: "0x0a.0.0.0/8" ${network}`,
        `f.yaml:4:64: routes.0.allow.3: "10.0.0.0/33" ${network}`,
        `f.yaml:4:77: routes.0.allow.4: "fe80::1%eth0/64" ${network}`,
        `f.yaml:4:96: routes.0.allow.5: "inside" ${network}`,
      ],
    ],
    [
      "nobody and no list",
      routes("allow: [], deny: 10.0.0.1"),
      [
        "f.yaml:4:30: routes.0.allow: nobody is allowed: write networks, or leave the key out for everybody",
        'f.yaml:4:40: routes.0.deny: "10.0.0.1" is not a list of networks: write networks or addresses, such as [10.0.0.0/8, 192.168.1.4]',
      ],
    ],
    [
      "a body's size",
      routes("maxBody: 100M"),
      [
        'f.yaml:4:32: routes.0.maxBody: "100M" is not a size: write a number with its unit (B, KiB, MiB or GiB) from 1KiB to 1024GiB, such as 64MiB, or off',
      ],
    ],
    [
      "rates",
      routes("rate: { requests: 0/s, burst: 0, by: cookie }"),
      [
        'f.yaml:4:41: routes.0.rate.requests: "0/s" is not a rate: write a whole number from 1 to 1000000 with /s, /m or /h, such as 50/s',
        "f.yaml:4:53: routes.0.rate.burst: 0 is not allowed here: write a whole number from 1 to 1000000",
        'f.yaml:4:60: routes.0.rate.by: "cookie" is not what clients are told apart by: write address, or leave the key out',
      ],
    ],
    [
      "limits for all",
      `${routes("")}limits: { deny: [x], maxBody: 1MiB, rate: 50/s }\n`,
      [
        `f.yaml:5:18: limits.deny.0: "x" ${network}`,
        'f.yaml:5:22: limits.maxBody: "maxBody" is not a key here: allowed are connections, connectionsPerClient, allow, deny, rate',
        'f.yaml:5:43: limits.rate: "50/s" is not a limit: write { requests: 50/s } or { requests: 50/s, burst: 200 }',
      ],
    ],
    [
      "a listener's",
      routes("").replace("port: 80", "port: 80, maxHeaders: 1, maxUrl: 4M"),
      [
        "f.yaml:1:34: listen.0.maxHeaders: 1 is not allowed here: write a whole number from 10 to 5000",
        'f.yaml:1:45: listen.0.maxUrl: "4M" is not a size: write a number with its unit (B, KiB or MiB) from 256B to 1MiB, such as 64KiB',
      ],
    ],
  ];
  for (const [title, text, expected] of wrong) {
    it(`that are wrong are told with place, value and remedy: ${title}`, () => {
      const result = read(text);
      assert.ok(!result.ok, "it was accepted");
      assert.deepEqual(result.problems.map(problemLine), expected);
    });
  }
});
