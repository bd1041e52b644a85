import { X509Certificate } from "node:crypto";
import { isPem, pemCertificates } from "./pem.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import { contentOf } from "./resolve-context.ts";
import type { ResolveContext } from "./resolve-context.ts";

/** The CA certificates in a file, as PEM; null = it has none, which has been reported. */
export function authoritiesOf(file: string, path: Path, context: ResolveContext): string | null {
  const bytes = contentOf(file, path, context);
  if (bytes === null) return null;
  const certificates = isPem(bytes) ? pemCertificates(bytes.toString("latin1")) : derCertificate(bytes);
  if (certificates !== null && certificates.length > 0)
    return certificates.map((certificate) => certificate.toString()).join("");
  context.findings.problem(
    path,
    `${quote(file)} holds no certificate: export the CA's certificate as Base-64 (.cer or .pem)`,
  );
  return null;
}

/** Windows exports a CA's certificate in DER where nobody says otherwise. */
function derCertificate(bytes: Buffer): readonly X509Certificate[] | null {
  try {
    return [new X509Certificate(bytes)];
  } catch {
    return null;
  }
}
