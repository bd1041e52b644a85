import { acmeFile, acmeNames } from "./acme-files.ts";
import type { AcmeCertificateDocument, AcmeDocument } from "./acme-schema.ts";
import type { CertificateConfig } from "./config.ts";
import type { Path } from "./problem.ts";
import { contentOf } from "./resolve-context.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { storedCertificate } from "./stored-certificate.ts";

/** What ACME has got so far, or what stands in for it; null = unusable, which has been or will be reported. */
export function resolveAcmeCertificate(
  written: AcmeCertificateDocument,
  account: AcmeDocument | null,
  path: Path,
  context: ResolveContext,
): CertificateConfig | null {
  const names = acmeNames(written);
  if (account === null || names.length === 0) return null;
  const file = acmeFile(account, written);
  const bytes = contentOf(file, path, context);
  if (bytes === null) return null;
  const stored = storedCertificate(file, bytes, context.now);
  if (!stored.ok) {
    const remedy = "put the file back from a backup, or delete it to get a new certificate";
    context.findings.problem(path, `${stored.reason}: ${remedy}`);
    return null;
  }
  const content = context.files.get(file);
  if (content?.ok === true && content.placeholder === true) {
    const message = `no certificate for ${names.join(", ")} has been issued yet: clients see a self-signed one until then`;
    context.findings.warning(path, message);
  }
  return stored.certificate;
}
