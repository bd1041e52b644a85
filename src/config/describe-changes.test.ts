import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { aConfig, aFarm, aHealth, aMember, aMemberTls } from "../../test/support/configs.ts";
import { aListenerTls } from "../../test/support/listener-tls.ts";
import { aListener } from "../../test/support/start-router.ts";
import type { AcmeConfig, CertificateConfig, Config } from "./config.ts";
import { describeChanges } from "./describe-changes.ts";

const acme = (email: string, hmacKey: string): AcmeConfig => ({
  email,
  directory: "https://ca.test/dir",
  ca: null,
  eab: { keyId: "kid", hmacKey },
  challenges: ["http-01"],
  folder: "acme",
  certificates: [],
});

function aCertificate(file: string, text = "A"): CertificateConfig {
  return {
    file,
    names: ["mail.example.test"],
    pem: { certificate: `certificate ${text}`, key: `key ${text}` },
    keyType: "rsa",
    issuer: "CA",
    serial: "01",
    notBefore: 0,
    notAfter: 1,
    ocsp: null,
    mustStaple: false,
  };
}

const [one, other] = [aCertificate("one.pem"), aCertificate("other.pem")];
const https = (...certificates: [CertificateConfig, ...CertificateConfig[]]): Config =>
  aConfig([], { listeners: [aListener({ address: "", port: 443, tls: aListenerTls(certificates) })] });
const base = aConfig([aFarm({ members: [aMember("a"), aMember("b")] })], {
  listeners: [aListener({ port: 80 })],
  servers: [{ name: "a", protocol: "https", host: "a.local", port: 443, state: "available" }],
  routes: [{ host: null, path: "/", farm: "owa" }],
});

const requests = { allow: null, deny: [], rate: null };

const cases: readonly (readonly [title: string, before: Config, after: Config, changes: readonly string[]])[] = [
  ["nothing", base, structuredClone(base), []],
  ["the file's name", base, { ...base, file: "other.yaml" }, []],
  [
    "a listener added and one removed",
    base,
    { ...base, listeners: [aListener({ port: 81 }), aListener({ address: "", port: 443 })] },
    ["listener 127.0.0.1:80 removed", "listener 127.0.0.1:81 added", "listener *:443 added"],
  ],
  [
    "a section of which a list is empty",
    base,
    { ...base, routes: base.routes.map((route) => ({ ...route, limits: { ...requests, maxBodyBytes: 5120 } })) },
    ["route */: limits.maxBodyBytes: none -> 5120"],
  ],
  ["an empty section", base, { ...base, limits: { ...base.limits, requests } }, ["limits.requests.deny: none -> []"]],
  [
    "a listener's settings",
    base,
    { ...base, listeners: [aListener({ port: 80, headerTimeoutMs: 5000, redirect: { port: 443 } })] },
    ["listener 127.0.0.1:80: headerTimeoutMs: 20000 -> 5000", "listener 127.0.0.1:80: redirect.port: none -> 443"],
  ],
  [
    "a server's address",
    base,
    { ...base, servers: [{ name: "a", protocol: "https", host: "a2.local", port: 443, state: "available" }] },
    ["server a: host: a.local -> a2.local"],
  ],
  [
    "a farm's members and check",
    base,
    aConfigLike([aFarm({ members: [aMember("a"), aMember("c")], health: aHealth({ everyMs: 9000 }) })]),
    ["farm owa: member b removed", "farm owa: member c added", "farm owa: health.everyMs: 5000 -> 9000"],
  ],
  ["a farm", base, aConfigLike([...base.farms, aFarm({ name: "ews" })]), ["farm ews added"]],
  [
    "routes",
    base,
    {
      ...base,
      routes: [
        { host: "a.test", path: "/x", exact: true, farm: "owa" },
        { host: null, path: "/", farm: "ews" },
      ],
    },
    ["route a.test/x (exact) added", "route */: farm: owa -> ews"],
  ],
  [
    "the number of workers, which waits",
    base,
    { ...base, workers: 4, stop: { ...base.stop, graceMs: 1000 } },
    ["workers: 0 -> 4 (from the next start or upgrade on)", "stop.graceMs: 30000 -> 1000"],
  ],
  [
    "a certificate that was renewed",
    https(one),
    https(aCertificate("one.pem", "B")),
    ["listener *:443: certificate one.pem: changed"],
  ],
  ["a certificate more", https(one), https(one, other), ["listener *:443: certificate other.pem added"]],
  ["the order of certificates alone", https(one, other), https(other, one), ["the order of entries"]],
  [
    "a CA to trust",
    base,
    aConfigLike([
      {
        ...base.farms[0],
        ...aFarm({ members: base.farms[0]?.members ?? [aMember("a")] }),
        tls: aMemberTls({ ca: "PEM" }),
      },
    ]),
    ["farm owa: tls.ca changed"],
  ],
];

function aConfigLike(farms: Config["farms"]): Config {
  return { ...base, farms };
}

/** A configuration with a secret wherever one can stand. */
const anyConfig = fc
  .record({
    secret: fc.nat(99).map((number) => `SECRET${number}`),
    acme: fc.boolean(),
    certificates: fc.integer({ min: 1, max: 3 }),
    clients: fc.boolean(),
    ca: fc.boolean(),
    port: fc.constantFrom(443, 8443),
    tls: fc.boolean(),
    workers: fc.constantFrom(0, 2),
  })
  .map(({ secret, acme: withAcme, certificates, clients, ca, port, tls, workers }): Config => {
    const all = Array.from({ length: certificates }, (_, index) => aCertificate(`${index}.pem`, secret));
    const clientCertificate = { ca: secret, crl: secret, require: true, hosts: null, header: "X-ARR-ClientCert" };
    const [first = one, ...more] = all;
    const listenerTls = { ...aListenerTls([first, ...more]), clientCertificate: clients ? clientCertificate : null };
    return aConfig([aFarm({ tls: aMemberTls({ ca: ca ? secret : null }) })], {
      listeners: [aListener({ port, tls: tls ? listenerTls : null })],
      acme: withAcme ? { ...acme("a@b.test", secret), ca: secret } : null,
      workers,
    });
  });

describe("what changes", () => {
  for (const [title, before, after, changes] of cases) {
    it(`is told in the words of the file: ${title}`, () => assert.deepEqual(describeChanges(before, after), changes));
  }

  it("is told without a secret, whatever changes, and is never nothing where something changed", () => {
    fc.assert(
      fc.property(anyConfig, anyConfig, (before, after) => {
        const changes = describeChanges(before, after);
        assert.doesNotMatch(changes.join("\n"), /SECRET/);
        assert.equal(changes.length === 0, isDeepStrictEqual(before, after));
      }),
    );
  });

  it("is told without the key of an account", () => {
    const before = aConfig([], { acme: acme("a@b.test", "hunter1") });
    const after = aConfig([], { acme: acme("c@d.test", "hunter2") });
    assert.deepEqual(describeChanges(before, after), ["acme.email: a@b.test -> c@d.test", "acme.eab.hmacKey changed"]);
    assert.doesNotMatch(describeChanges(aConfig([]), after).join(), /hunter/);
  });
});
