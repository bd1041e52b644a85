import type { X509Certificate } from "node:crypto";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import type { ResolveContext } from "./resolve-context.ts";

/** A certificate that has expired still starts: the router may be needed while a new one is on its way. */
export function warnOfDates(
  certificate: X509Certificate,
  file: string,
  path: Path,
  { findings, now }: ResolveContext,
): void {
  if (Date.parse(certificate.validTo) < now) {
    findings.warning(path, `${quote(file)} expired on ${certificate.validTo}: clients will refuse it, renew it`);
  } else if (Date.parse(certificate.validFrom) > now) {
    findings.warning(
      path,
      `${quote(file)} is not valid before ${certificate.validFrom}: check the date of this machine`,
    );
  }
}
