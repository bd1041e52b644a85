import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aConfig } from "../../test/support/configs.ts";
import { aCertificate, aListenerTls } from "../../test/support/listener-tls.ts";
import { makeCertificate } from "../../test/support/make-certificates.ts";
import { aListener } from "../../test/support/start-router.ts";
import type { CertificateConfig, Config } from "./config.ts";
import { withIssuedCertificates } from "./issued-certificates.ts";

const year = (number: number): number => Date.UTC(number, 0);

async function certificate(file: string, from: number): Promise<CertificateConfig> {
  return { ...aCertificate(await makeCertificate({ name: file, from: year(from), until: year(from + 1) })), file };
}

/** By ACME only "kept". */
function config(...certificates: [CertificateConfig, ...CertificateConfig[]]): Config {
  const kept = { names: ["kept"], key: "ecdsa", file: "kept", path: "/kept" } as const;
  return aConfig([], {
    listeners: [aListener(), aListener({ tls: aListenerTls(certificates) })],
    acme: {
      email: null,
      directory: "https://ca.test/dir",
      ca: null,
      eab: null,
      challenges: ["http-01"],
      folder: "acme",
      certificates: [kept],
    },
  });
}

const served = ({ listeners }: Config) => listeners[1]?.tls?.certificates;

describe("an earlier configuration", () => {
  it("comes back with the certificate that ACME has renewed since, and with its own others", async () => {
    const [old, renewed] = [await certificate("kept", 2030), await certificate("kept", 2031)];
    const [own, others] = [await certificate("own", 2030), await certificate("own", 2031)];
    assert.deepEqual(served(withIssuedCertificates(config(own, old), config(others, renewed))), [own, renewed]);
    assert.deepEqual(served(withIssuedCertificates(config(renewed), config(old))), [renewed]);
    assert.deepEqual(served(withIssuedCertificates(config(old), aConfig([]))), [old]);
  });
});
