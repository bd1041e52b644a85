import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { aCertificate } from "../../test/support/listener-tls.ts";
import { makeCertificate, type MadeCertificate } from "../../test/support/make-certificates.ts";
import {
  certificate,
  derCertificate,
  encryptedKey,
  expiredCertificate,
  oldPfx,
  otherKey,
  pfx,
  pfxWithChain,
  pfxWithoutKey,
  privateKey,
} from "./certificates.fixture.ts";
import type { CertificateConfig } from "./config.ts";
import { interpret } from "./interpret.ts";
import { pemCertificates } from "./pem.ts";
import type { FileContent } from "./referenced-files.ts";

const files = new Map<string, FileContent>(
  Object.entries({
    "both.pem": certificate + privateKey,
    "cert.pem": certificate,
    "key.pem": privateKey,
    "other.pem": certificate + otherKey,
    "encrypted.pem": certificate + encryptedKey,
    "expired.pem": expiredCertificate + privateKey,
    "damaged.pem": `-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${privateKey}`,
    "empty.pem": "-----BEGIN NOTHING-----",
    "a.pfx": pfx,
    "old.pfx": oldPfx,
    "chain.pfx": pfxWithChain,
    "no-key.pfx": pfxWithoutKey,
    "junk.pfx": "junk",
    "password.txt": "\uFEFFsecret\r\nsecond line",
    "ca.der": derCertificate,
  }).map(([name, content]) => [name, { ok: true, bytes: Buffer.from(content) }]),
);

const env = { PFX_PASSWORD: "secret" };
const now = Date.UTC(2030, 0);

function load(written: string, at = now) {
  const text = `listen: [{ port: 80, certificates: [${written}] }]\nservers: { a: a }\nfarms: { f: { servers: [a] } }\nroutes: [{ farm: f }]\n`;
  return interpret(text, "f.yaml", {}).resolve({ files, env, now: at });
}

function certificateOf(written: string): CertificateConfig | undefined {
  const result = load(written);
  assert.ok(result.ok, JSON.stringify(result));
  return result.config.listeners[0]?.tls?.certificates[0];
}

const faultOf = (written: string): string => {
  const result = load(written);
  return result.ok ? "" : result.problems.map(({ path, message }) => `${path}: ${message}`).join("\n");
};

const names = ["mail.example.com", "*.example.com"];

describe("a certificate", () => {
  const facts = {
    names,
    keyType: "prime256v1",
    issuer: "mail.example.com",
    serial: "4BF75F27DEC1016C928B98F6A3C59075C8C2161F",
    notBefore: Date.UTC(2026, 10, 23, 1, 44, 40),
    notAfter: Date.UTC(2126, 9, 30, 1, 44, 40),
    ocsp: null,
    mustStaple: false,
  };

  it("is one PEM file with its key", () => {
    assert.deepEqual(certificateOf("both.pem"), {
      ...facts,
      file: "both.pem",
      pem: { certificate, key: privateKey },
    });
  });

  it("is a PEM file and a key file", () => {
    assert.deepEqual(certificateOf("{ cert: cert.pem, key: key.pem }")?.pem, { certificate, key: privateKey });
  });

  for (const password of ["password: secret", "passwordFile: password.txt", "passwordEnv: PFX_PASSWORD"]) {
    it(`is a PFX with ${password}`, () => {
      const found = certificateOf(`{ pfx: a.pfx, ${password} }`);
      assert.deepEqual(found, { ...facts, file: "a.pfx", pem: { certificate, key: privateKey } });
    });
  }

  it("is a PFX that is encrypted as Windows Server 2016 and older do", () => {
    assert.equal(certificateOf("{ pfx: old.pfx, password: secret }")?.pem.key, privateKey);
  });

  it("is a PFX with its chain, whatever the letters of its password", () => {
    const found = certificateOf("{ pfx: chain.pfx, password: Größe 1 }");
    const subjects = pemCertificates(found?.pem.certificate ?? "")?.map(({ subject }) => subject);
    assert.deepEqual(subjects, ["CN=chain.example.com", "CN=Fairlead test intermediate"]);
    assert.equal(found?.issuer, "Fairlead test intermediate");
  });

  const path = "listen.0.certificates.0";
  const faults: readonly (readonly [string, string])[] = [
    [
      "nope.pem",
      `${path}: "nope.pem" cannot be read: it was not read; file names are relative to the configuration file`,
    ],
    [
      "cert.pem",
      `${path}: "cert.pem": the private key is missing: append it to the file, or write { cert: FILE, key: FILE }`,
    ],
    [
      "other.pem",
      `${path}: "other.pem": the private key does not belong to the certificate: give the key the certificate was requested with`,
    ],
    [
      "encrypted.pem",
      `${path}: "encrypted.pem": the private key has a passphrase: remove it (openssl pkey -in KEY -out NEW), or use a PFX`,
    ],
    [
      "damaged.pem",
      `${path}: "damaged.pem" has a damaged certificate: it must hold "-----BEGIN CERTIFICATE-----" and what follows`,
    ],
    [
      "empty.pem",
      `${path}: "empty.pem" has no certificate: it must hold "-----BEGIN CERTIFICATE-----" and what follows`,
    ],
    [
      "{ cert: cert.pem, key: cert.pem }",
      `${path}.key: "cert.pem": the private key is missing: append it to the file, or write { cert: FILE, key: FILE }`,
    ],
    [
      "a.pfx",
      `${path}: "a.pfx": it has a password: write { pfx: FILE, passwordFile: FILE } or { pfx: FILE, passwordEnv: NAME }`,
    ],
    ["{ pfx: a.pfx, password: wrong }", `${path}: "a.pfx": the password is wrong: give the one it was exported with`],
    [
      "{ pfx: a.pfx, passwordEnv: NOPE }",
      `${path}.passwordEnv: the environment variable "NOPE" is not set: set it where the router is started`,
    ],
    [
      "{ pfx: a.pfx, passwordEnv: A, password: b }",
      `${path}: password and passwordEnv stand together: keep one of them`,
    ],
    [
      "{ pfx: no-key.pfx, password: secret }",
      `${path}: "no-key.pfx": it holds no certificate with a private key: export it with the key`,
    ],
    ["junk.pfx", `${path}: "junk.pfx": it is neither a PFX nor PEM: export the certificate with its private key again`],
  ];
  for (const [written, fault] of faults) {
    it(`is refused with the remedy: ${written}`, () => assert.equal(faultOf(written), fault));
  }

  it("that has expired is used, with a warning", () => {
    const result = load("expired.pem");
    assert.ok(result.ok);
    assert.deepEqual(
      result.warnings.map(({ message }) => message),
      ['"expired.pem" expired on Jan  1 00:00:00 2021 GMT: clients will refuse it, renew it'],
    );
    assert.deepEqual(result.config.listeners[0]?.tls?.certificates[0].names, ["old.example.com"]);
  });

  it("that is not valid yet is used, with a warning", () => {
    const result = load("both.pem", 0);
    assert.ok(result.ok);
    assert.match(
      result.warnings[0]?.message ?? "",
      /^"both\.pem" is not valid before .*: check the date of this machine$/,
    );
  });
});

describe("the chain of a certificate", () => {
  let root: MadeCertificate;
  let intermediate: MadeCertificate;
  let leaf: MadeCertificate;
  let other: MadeCertificate;
  before(async () => {
    root = await makeCertificate({ name: "Root", ca: true });
    intermediate = await makeCertificate({ name: "Intermediate", ca: true, by: root });
    leaf = await makeCertificate({ name: "mail.test", by: intermediate });
    other = await makeCertificate({ name: "other.test", ca: true });
  });

  function chainOf(parts: readonly MadeCertificate[], key = leaf.key, at = now): { sent: string[]; told: string[] } {
    const pem = parts.map(({ certificate: text }) => text).join("");
    const content = { ok: true as const, bytes: Buffer.from(`${pem}${key}`) };
    const text =
      "listen: [{ port: 80, certificates: [a.pem] }]\nservers: { a: a }\nfarms: { f: { servers: [a] } }\nroutes: [{ farm: f }]\n";
    const result = interpret(text, "f.yaml", {}).resolve({ files: new Map([["a.pem", content]]), env, now: at });
    assert.ok(result.ok, JSON.stringify(result));
    const chain = pemCertificates(result.config.listeners[0]?.tls?.certificates[0].pem.certificate ?? "") ?? [];
    return {
      sent: chain.map(({ subject }) => subject.slice(3)),
      told: result.warnings.map(({ message }) => message),
    };
  }

  const whole = ["mail.test", "Intermediate"];

  it("is sent as it is where it is right; a root is left out without a word", () => {
    assert.deepEqual(chainOf([leaf, intermediate]), { sent: whole, told: [] });
    assert.deepEqual(chainOf([leaf, intermediate, root]), { sent: whole, told: [] });
  });

  it("is put in order", () => {
    const told = ['"a.pem": the certificates are in the wrong order and are sent in the right one'];
    for (const parts of [
      [intermediate, leaf],
      [root, leaf, intermediate],
      [root, intermediate, leaf],
    ]) {
      assert.deepEqual(chainOf(parts), { sent: whole, told });
    }
  });

  it("is sent without what does not belong to it", () => {
    assert.deepEqual(chainOf([leaf, other, intermediate]), {
      sent: whole,
      told: ['"a.pem": "other.test" is not part of the chain and is not sent'],
    });
  });

  it("that lacks its intermediate certificate is named", () => {
    assert.deepEqual(chainOf([leaf]), {
      sent: ["mail.test"],
      told: [
        '"a.pem": the certificate of its issuer "Intermediate" is missing: append it, or clients may refuse the connection',
      ],
    });
  });

  it("takes the one that is valid longest of two with the same key", async () => {
    const renewed = await makeCertificate({ name: "new.test", by: root, keys: leaf.keys, until: Date.UTC(2045, 0) });
    assert.deepEqual(chainOf([leaf, renewed, root]).sent, ["new.test"]);
  });

  it("whose intermediate certificate expired is named", async () => {
    const old = await makeCertificate({ name: "Intermediate", ca: true, by: root, until: Date.UTC(2029, 0) });
    const below = await makeCertificate({ name: "mail.test", by: old });
    assert.deepEqual(chainOf([below, old], below.key).told, [
      '"a.pem": the intermediate certificate "Intermediate" expired on Jan  1 00:00:00 2029 GMT: get the CA\'s present one',
    ]);
  });

  it("that will expire soon is named", async () => {
    const told = ['"a.pem" expires in 29 days, on Jan  1 00:00:00 2044 GMT: renew it'];
    assert.deepEqual(chainOf([leaf, intermediate], leaf.key, Date.UTC(2043, 11, 2, 12)).told, told);
  });

  it("tells where its status can be asked for, and whether it must be", async () => {
    const parts = { ocsp: "http://ocsp.test/a", mustStaple: true } as const;
    const stapled = await makeCertificate({ name: "mail.test", by: root, ...parts });
    const pem = stapled.certificate + root.certificate;
    const found = aCertificate({ certificate: pem, key: stapled.key });
    assert.deepEqual(found.ocsp, { url: "http://ocsp.test/a", issuer: root.certificate });
    assert.equal(found.mustStaple, true);
    // Without the issuer's certificate no answer could be checked.
    assert.equal(aCertificate(stapled).ocsp, null);
  });
});

describe("the CA of a farm", () => {
  for (const [file, written] of [
    ["cert.pem", "PEM"],
    ["ca.der", "DER"],
  ]) {
    it(`may be ${written}`, () => {
      const text = `listen: [{ port: 80 }]\nservers: { a: a }\nfarms: { f: { servers: [a], tls: { ca: ${file} } } }\nroutes: [{ farm: f }]\n`;
      const result = interpret(text, "f.yaml", {}).resolve({ files, env, now });
      assert.ok(result.ok);
      assert.equal(result.config.farms[0]?.tls.ca, certificate);
    });
  }
});
