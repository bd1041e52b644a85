import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AffinityConfig, AffinityCookieConfig, BalanceConfig, FarmConfig } from "./farm-config.ts";
import { describeChanges } from "./describe-changes.ts";
import { interpret, type Interpretation } from "./interpret.ts";
import { problemLine } from "./problem.ts";

function read(text: string): Interpretation {
  return interpret(text, "f.yaml", {}).resolve({ files: new Map(), env: {}, now: 0 });
}

/** A document whose farm has these keys, and its routes these hosts. */
function document(keys: string, rest = "", hosts: readonly string[] = ["shop.example.com"]): string {
  return `listen: [{ port: 80 }]
servers: { a: a.local, b: b.local, c: "https://a.local:8443" }
farms: { app: { servers: [a, b], ${keys} } }
routes: [${hosts.map((host) => `{ host: "${host}", farm: app }`).join(", ")}]
${rest}`;
}

function farmOf(keys: string, rest = ""): FarmConfig {
  const result = read(document(keys, rest));
  assert.ok(result.ok, JSON.stringify(result));
  assert.deepEqual(result.warnings, []);
  const [farm] = result.config.farms;
  assert.ok(farm);
  return farm;
}

const hash = (key: BalanceConfig["key"], bound = 0.25): BalanceConfig => ({ name: "hash", key, bound });

describe("the balance in a configuration", () => {
  const forms: readonly (readonly [string, BalanceConfig])[] = [
    ["health: off", { name: "least-requests", key: null, bound: 0 }],
    ["balance: round-robin", { name: "round-robin", key: null, bound: 0 }],
    ["balance: power-of-two", { name: "power-of-two", key: null, bound: 0 }],
    ["balance: least-response-time", { name: "least-response-time", key: null, bound: 0 }],
    ["balance: total-traffic", { name: "total-traffic", key: null, bound: 0 }],
    ["balance: { hash: url }", hash({ source: "url" })],
    ["balance: { hash: client-address, bound: off }", hash({ source: "client-address" }, 0)],
    ["balance: { hash: { header: X-User }, bound: 10% }", hash({ source: "header", name: "X-User" }, 0.1)],
    ["balance: { hash: { cookie: sid } }", hash({ source: "cookie", name: "sid" })],
    ["balance: { hash: { query: [a, b] } }", hash({ source: "query", names: ["a", "b"] })],
  ];
  for (const [keys, balance] of forms) it(keys, () => assert.deepEqual(farmOf(keys).balance, balance));

  it("is the one of the defaults where the farm has none", () => {
    const rest = "defaults: { balance: { hash: url } }\n";
    assert.deepEqual(farmOf("health: off", rest).balance, hash({ source: "url" }));
    assert.equal(farmOf("balance: round-robin", rest).balance.name, "round-robin");
  });
});

const plainCookie: AffinityCookieConfig = {
  name: "sid",
  format: "keyed",
  domain: null,
  path: "/",
  secure: "auto",
  httpOnly: true,
  sameSite: "lax",
  maxAgeSeconds: 0,
};

const none: AffinityConfig = {
  cookie: null,
  key: null,
  membersPerHost: 0,
  whenDown: "rebalance",
  idleMs: 1_800_000,
};

describe("the affinity in a configuration", () => {
  const forms: readonly (readonly [string, AffinityConfig])[] = [
    ["cookie: sid", { ...none, cookie: plainCookie }],
    [
      "cookie: ARRAffinity, format: arr, domain: Example.COM, path: /app, secure: true, httpOnly: false, sameSite: none, maxAge: 1h",
      {
        ...none,
        cookie: {
          name: "ARRAffinity",
          format: "arr",
          domain: "example.com",
          path: "/app",
          secure: true,
          httpOnly: false,
          sameSite: "none",
          maxAgeSeconds: 3600,
        },
      },
    ],
    ["cookie: sid, sameSite: off, maxAge: 10ms", cookie({ sameSite: null, maxAgeSeconds: 1 })],
    ["cookie: __Host-sid, secure: true", cookie({ name: "__Host-sid", secure: true })],
    ["cookie: sid, host: 1, whenDown: refuse", { ...cookie({}), membersPerHost: 1, whenDown: "refuse" }],
    ["by: client-address, idle: 8h", { ...none, key: { source: "client-address" }, idleMs: 28_800_000 }],
    ["header: Authorization", { ...none, key: { source: "header", name: "Authorization" } }],
    ["host: 2", { ...none, membersPerHost: 2 }],
  ];
  for (const [keys, affinity] of forms)
    it(keys, () => assert.deepEqual(farmOf(`affinity: { ${keys} }`).affinity, affinity));

  it("is none where nothing is said", () => assert.equal(farmOf("health: off").affinity, null));

  it("is told apart by a reload, with what it goes by", () => {
    const before = read(document("balance: { hash: url }, affinity: { header: X-User }"));
    const after = read(document("balance: { hash: client-address }, affinity: { header: X-Account }"));
    assert.ok(before.ok && after.ok);
    assert.deepEqual(describeChanges(before.config, after.config), [
      "farm app: affinity.key.name: X-User -> X-Account",
      "farm app: balance.key.source: url -> client-address",
    ]);
  });

  it("is warned about what browsers and members will not do", () => {
    const keys = "affinity: { cookie: sid, domain: shop.example.com, host: 3 }";
    const result = read(document(keys, "", ["shop.example.com", "*.shop.example.com", "example.com", "*.example.com"]));
    assert.deepEqual(result.warnings.map(problemLine), [
      "f.yaml:3:67: farms.app.affinity.domain: example.com, *.example.com does not end with it, so browsers refuse the cookie there: leave `domain` out, or write what all names end with",
      "f.yaml:3:91: farms.app.affinity.host: the farm has only 2: all serve every host name",
    ]);
  });
});

function cookie(rest: Partial<AffinityCookieConfig>): AffinityConfig {
  return { ...none, cookie: { ...plainCookie, ...rest } };
}

/** Each: a farm's keys, and all that is said about them. */
const wrong: readonly (readonly [string, readonly string[]])[] = [
  [
    "balance: hash",
    [
      'f.yaml:3:43: farms.app.balance: "hash" needs something to go by: write { hash: url }, { hash: client-address } or another of its forms',
    ],
  ],
  [
    "balance: least-request",
    [
      'f.yaml:3:43: farms.app.balance: "least-request" is not one of round-robin, least-requests, least-response-time, power-of-two, total-traffic, { hash: … }; did you mean "least-requests"?',
    ],
  ],
  [
    "balance: [url]",
    [
      "f.yaml:3:43: farms.app.balance: a list is not one of round-robin, least-requests, least-response-time, power-of-two, total-traffic, { hash: … }",
    ],
  ],
  [
    "balance: { hsh: url }",
    [
      "f.yaml:3:34: farms.app.balance.hash: missing: write url, client-address, { header: NAME }, { cookie: NAME } or { query: [NAME] }",
      'f.yaml:3:45: farms.app.balance.hsh: "hsh" is not a key here; did you mean "hash"? allowed here are hash, bound',
    ],
  ],
  [
    "balance: { bound: 25% }",
    [
      "f.yaml:3:34: farms.app.balance.hash: missing: write url, client-address, { header: NAME }, { cookie: NAME } or { query: [NAME] }",
    ],
  ],
  [
    "balance: { hash: adress }",
    [
      'f.yaml:3:51: farms.app.balance.hash: "adress" is not something to go by: write url, client-address, { header: NAME }, { cookie: NAME } or { query: [NAME] }',
    ],
  ],
  [
    "balance: { hash: {} }",
    [
      "f.yaml:3:51: farms.app.balance.hash: a map is not something to go by: write url, client-address, { header: NAME }, { cookie: NAME } or { query: [NAME] }",
    ],
  ],
  [
    "balance: { hash: { header: X-A, cookie: sid } }",
    ["f.yaml:3:74: farms.app.balance.hash.cookie: one thing to go by is enough: leave out `cookie`, or `header`"],
  ],
  [
    "balance: { hash: { headr: X-A } }",
    [
      'f.yaml:3:53: farms.app.balance.hash.headr: "headr" is not a key here; did you mean "header"? allowed here are header, cookie, query',
    ],
  ],
  [
    "balance: { hash: { header: 'X A' } }",
    [
      'f.yaml:3:61: farms.app.balance.hash.header: "X A" is not a header\'s name: write letters, digits, - and _, such as X-User',
    ],
  ],
  [
    "balance: { hash: { header: Cookie } }",
    [
      "f.yaml:3:61: farms.app.balance.hash.header: this header has all cookies together: name one of them with the key `cookie`",
    ],
  ],
  [
    "balance: { hash: { cookie: 'a=b' } }",
    [
      'f.yaml:3:61: farms.app.balance.hash.cookie: "a=b" is not a cookie\'s name: write letters, digits, - and _, such as FairleadServer',
    ],
  ],
  [
    "balance: { hash: { query: a } }",
    [
      'f.yaml:3:60: farms.app.balance.hash.query: "a" is not a list of query parameters: write one or more names, such as [customer]',
    ],
  ],
  [
    "balance: { hash: { query: [] } }",
    [
      "f.yaml:3:60: farms.app.balance.hash.query: a list is not a list of query parameters: write one or more names, such as [customer]",
    ],
  ],
  [
    "balance: { hash: url, bound: 0% }",
    [
      'f.yaml:3:63: farms.app.balance.bound: "0%" is not a percentage: write a number from 1 to 1000 with "%", such as 25%, or off',
    ],
  ],
  [
    "affinity: sid",
    [
      'f.yaml:3:44: farms.app.affinity: "sid" is not a map: write below it one or more of cookie, format, domain, path, secure, httpOnly, sameSite, maxAge, by, header, host, whenDown, idle',
    ],
  ],
  [
    "affinity: {}",
    [
      "f.yaml:3:44: farms.app.affinity: nothing says which clients belong together: write { cookie: NAME }, { by: client-address }, { header: NAME } or { host: NUMBER }",
    ],
  ],
  [
    "affinity: { whenDown: refuse }",
    [
      "f.yaml:3:44: farms.app.affinity: nothing says which clients belong together: write { cookie: NAME }, { by: client-address }, { header: NAME } or { host: NUMBER }",
    ],
  ],
  [
    "affinity: { cookie: sid, by: client-address, header: X-A }",
    ["f.yaml:3:63: farms.app.affinity.by: one thing to know clients by is enough: leave out `by`, or `cookie`"],
  ],
  [
    "affinity: { by: client-address, header: X-A }",
    ["f.yaml:3:74: farms.app.affinity.header: one thing to know clients by is enough: leave out `header`, or `by`"],
  ],
  [
    "affinity: { by: client-adress }",
    ['f.yaml:3:50: farms.app.affinity.by: "client-adress" is not what clients are known by: write client-address'],
  ],
  [
    "affinity: { header: X-Forwarded-For }",
    [
      "f.yaml:3:54: farms.app.affinity.header: proxies in front of this one say in it whom they stand for: write client-address, and `forwarded.trusted`",
    ],
  ],
  [
    "affinity: { host: 1, format: arr, secure: true }",
    [
      "f.yaml:3:63: farms.app.affinity.format: without a cookie this says nothing: leave it out, or write `cookie`",
      "f.yaml:3:76: farms.app.affinity.secure: without a cookie this says nothing: leave it out, or write `cookie`",
    ],
  ],
  [
    "affinity: { cookie: sid, idle: 1h }",
    [
      "f.yaml:3:65: farms.app.affinity.idle: only clients that are known by `by` or `header` are remembered: leave it out",
    ],
  ],
  [
    "affinity: { cookie: 's id', format: ARR, whenDown: fail, host: 0 }",
    [
      'f.yaml:3:54: farms.app.affinity.cookie: "s id" is not a cookie\'s name: write letters, digits, - and _, such as FairleadServer',
      'f.yaml:3:70: farms.app.affinity.format: "ARR" is not one of keyed, arr; did you mean "arr"?',
      'f.yaml:3:85: farms.app.affinity.whenDown: "fail" is not one of rebalance, refuse',
      "f.yaml:3:97: farms.app.affinity.host: 0 is not allowed here: write a whole number from 1 to 1000",
    ],
  ],
  [
    "affinity: { cookie: sid, path: app }",
    [
      'f.yaml:3:65: farms.app.affinity.path: "app" is not a cookie\'s path: write printable ASCII without ";" and spaces, that begins with "/", such as /owa',
    ],
  ],
  [
    "affinity: { cookie: sid, path: '/a;b', secure: maybe, sameSite: Lax, maxAge: 60 }",
    [
      'f.yaml:3:65: farms.app.affinity.path: "/a;b" is not a cookie\'s path: write printable ASCII without ";" and spaces, that begins with "/", such as /owa',
      'f.yaml:3:81: farms.app.affinity.secure: "maybe" is not a switch: write true, false, or auto (where the client came by https)',
      'f.yaml:3:98: farms.app.affinity.sameSite: "Lax" is not one of lax, strict, none, off; did you mean "lax"?',
      "f.yaml:3:111: farms.app.affinity.maxAge: 60 is not a duration: write a number with its unit (ms, s, m or h, at most 576h), such as 5s, 1500ms or 35m",
    ],
  ],
  [
    "affinity: { cookie: sid, domain: .example.com }",
    [
      'f.yaml:3:67: farms.app.affinity.domain: ".example.com" is not a domain: write it without what stands before its first letter, all names below it are meant',
    ],
  ],
  [
    "affinity: { cookie: sid, domain: 'example.com:443' }",
    [
      'f.yaml:3:67: farms.app.affinity.domain: "example.com:443" is not a domain: leave the port out, a cookie is for all ports',
    ],
  ],
  [
    "affinity: { cookie: sid, domain: 10.0.0.1 }",
    ['f.yaml:3:67: farms.app.affinity.domain: "10.0.0.1" is not a domain: an address has none, leave `domain` out'],
  ],
  [
    "affinity: { cookie: sid, domain: 'a;b' }",
    [
      'f.yaml:3:67: farms.app.affinity.domain: "a;b" is not a domain: write the name that all hosts of the cookie end with, such as example.com',
    ],
  ],
  [
    "affinity: { cookie: sid, sameSite: none, secure: false }",
    [
      "f.yaml:3:69: farms.app.affinity.sameSite: browsers take `none` only with Secure: leave `secure` out, or write lax",
    ],
  ],
  [
    "affinity: { cookie: __Secure-sid }",
    [
      "f.yaml:3:54: farms.app.affinity.cookie: browsers take a name with __Secure- only with Secure: write secure: true, or another name",
    ],
  ],
  [
    "affinity: { cookie: __Host-sid, secure: true, domain: example.com }",
    [
      "f.yaml:3:54: farms.app.affinity.cookie: browsers take a name with __Host- only without `domain` and with the path /: leave both out, or write another name",
    ],
  ],
];

describe("a wrong balance or affinity", () => {
  for (const [keys, expected] of wrong) {
    it(`is told with place, value and remedy: ${keys}`, () => {
      const result = read(document(keys));
      assert.ok(!result.ok, "it was accepted");
      assert.deepEqual(result.problems.map(problemLine), expected);
    });
  }

  it("is told where two members would have the same value of ARR", () => {
    const result = read(document("affinity: { cookie: ARRAffinity, format: arr }").replace("[a, b]", "[a, b, c]"));
    assert.ok(!result.ok);
    assert.deepEqual(result.problems.map(problemLine), [
      "f.yaml:3:78: farms.app.affinity.format: a and c have the same host, and ARR's value is made of it alone: leave `format` out, or give each server a name of its own",
    ]);
  });
});
