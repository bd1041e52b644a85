import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aListener } from "../../test/support/start-router.ts";
import { aListenerTls } from "../../test/support/listener-tls.ts";
import { certificateExpiry, type ExpiryLevel } from "./certificate-expiry.ts";
import type { CertificateConfig } from "./config.ts";

const day = 86_400_000;
const end = Date.UTC(2030, 0);

function aCertificate(file: string, notAfter: number, lifeMs: number): CertificateConfig {
  const pem = { certificate: file, key: "" };
  const rest = { names: [], keyType: "prime256v1", issuer: "", serial: "1", ocsp: null, mustStaple: false };
  return { ...rest, file, pem, notBefore: notAfter - lifeMs, notAfter };
}

describe("how long a certificate is still valid", () => {
  const cases: readonly (readonly [lifeDays: number, left: number, daysLeft: number, level: ExpiryLevel])[] = [
    [365, 31 * day, 31, "none"],
    [365, 30 * day, 30, "30 days"],
    [365, 7 * day + 1, 7, "30 days"],
    [365, 7 * day, 7, "7 days"],
    [365, day, 1, "1 day"],
    [365, 1, 0, "1 day"],
    [365, 0, 0, "expired"],
    [365, -1, -1, "expired"],
    // Renewed by ACME when a third of its life is left.
    [90, 25 * day, 25, "none"],
    [90, 7 * day, 7, "7 days"],
    [6, 2 * day, 2, "none"],
    [6, day, 1, "1 day"],
  ];
  for (const [life, left, daysLeft, level] of cases) {
    it(`of ${life} days with ${left / day} left is ${level}`, () => {
      const listener = aListener({ tls: aListenerTls([aCertificate("a.pem", end, life * day)]) });
      const [found] = certificateExpiry({ listeners: [listener] }, end - left);
      assert.equal(found?.daysLeft, daysLeft);
      assert.equal(found?.level, level);
    });
  }

  it("is told once for each, the first to expire first", () => {
    const [first, second] = [aCertificate("a.pem", end, day), aCertificate("b.pem", end + 1, day)];
    const listeners = [
      aListener(),
      aListener({ tls: aListenerTls([second, first]) }),
      aListener({ tls: aListenerTls([first]) }),
    ];
    assert.deepEqual(
      certificateExpiry({ listeners }, end).map(({ file }) => file),
      ["a.pem", "b.pem"],
    );
  });
});
