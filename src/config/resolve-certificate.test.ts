import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  certificate,
  derCertificate,
  encryptedKey,
  expiredCertificate,
  oldPfx,
  otherKey,
  pfx,
  pfxWithoutKey,
  privateKey,
} from "./certificates.fixture.ts";
import type { CertificateConfig } from "./config.ts";
import { interpret } from "./interpret.ts";
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
  it("is one PEM file with its key", () => {
    assert.deepEqual(certificateOf("both.pem"), {
      file: "both.pem",
      names,
      pem: { certificate, key: privateKey },
      pfx: null,
    });
  });

  it("is a PEM file and a key file", () => {
    assert.deepEqual(certificateOf("{ cert: cert.pem, key: key.pem }")?.pem, { certificate, key: privateKey });
  });

  for (const password of ["password: secret", "passwordFile: password.txt", "passwordEnv: PFX_PASSWORD"]) {
    it(`is a PFX with ${password}`, () => {
      const found = certificateOf(`{ pfx: a.pfx, ${password} }`);
      assert.deepEqual(found, {
        file: "a.pfx",
        names,
        pem: null,
        pfx: { data: pfx.toString("base64"), passphrase: "secret" },
      });
    });
  }

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

  it("is refused with the remedy where its encryption is older than OpenSSL 3 likes", () => {
    assert.match(
      faultOf("{ pfx: old.pfx, password: secret }"),
      /^listen\.0\.certificates\.0: "old\.pfx": its encryption is too old/,
    );
  });

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
