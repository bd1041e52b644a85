import type { X509Certificate } from "node:crypto";
import { isSelfSigned, type Chain } from "./certificate-chain.ts";
import { commonName } from "./certificate-config.ts";
import { expiryOf } from "./certificate-expiry.ts";
import type { CertificateConfig } from "./config.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import type { ResolveContext } from "./resolve-context.ts";

/** What works here and may not work with clients. */
export function warnOfCertificate(
  { leaf, issuer, intermediates }: Chain,
  certificate: CertificateConfig,
  path: Path,
  context: ResolveContext,
): void {
  const { file } = certificate;
  const warn = (text: string): void => context.findings.warning(path, `${quote(file)}: ${text}`);
  const dates = datesText(leaf, certificate, context.now);
  if (dates !== null) context.findings.warning(path, `${quote(file)} ${dates}`);
  for (const { subject, validTo } of intermediates.filter((one) => Date.parse(one.validTo) < context.now))
    warn(`the intermediate certificate ${quote(commonName(subject))} expired on ${validTo}: get the CA's present one`);
  if (issuer === null && !isSelfSigned(leaf)) {
    warn(
      `the certificate of its issuer ${quote(commonName(leaf.issuer))} is missing: append it, or clients may refuse the connection`,
    );
  }
  const bits = leaf.publicKey.asymmetricKeyDetails?.modulusLength ?? Infinity;
  if (bits < 2048) warn(`its key has ${bits} bits, clients refuse less than 2048: request a new certificate`);
}

/** A certificate that has expired still starts: the router may be needed while a new one is on its way. */
function datesText(
  { validFrom, validTo }: X509Certificate,
  certificate: CertificateConfig,
  now: number,
): string | null {
  const { level, daysLeft } = expiryOf(certificate, now);
  if (level === "expired") return `expired on ${validTo}: clients will refuse it, renew it`;
  if (certificate.notBefore > now) return `is not valid before ${validFrom}: check the date of this machine`;
  if (level === "none") return null;
  const left = daysLeft === 1 ? "1 day" : `${daysLeft} days`;
  return `expires ${daysLeft === 0 ? "today" : `in ${left}`}, on ${validTo}: renew it`;
}

/** For files whose order an admin wrote; a PFX has none. */
export function warnOfOrder(
  written: readonly X509Certificate[],
  { leaf, intermediates, unrelated }: Chain,
  { file, path }: { readonly file: string; readonly path: Path },
  { findings }: ResolveContext,
): void {
  const places = [leaf, ...intermediates].map((certificate) => written.indexOf(certificate));
  const done = [
    ...(places.some((place, index) => place < (places[index - 1] ?? 0)) || places[0] !== 0
      ? ["the certificates are in the wrong order and are sent in the right one"]
      : []),
    ...(unrelated.length > 0
      ? [
          `${unrelated.map(({ subject }) => quote(commonName(subject))).join(", ")} is not part of the chain and is not sent`,
        ]
      : []),
  ];
  if (done.length > 0) findings.warning(path, `${quote(file)}: ${done.join("; ")}`);
}
