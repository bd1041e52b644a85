import { isAbsolute, posix } from "node:path";
import { accountFolder, acmeFile, acmeNames, directoryUrl } from "./acme-files.ts";
import type { AcmeCertificateDocument, AcmeDocument } from "./acme-schema.ts";
import type { AcmeCertificateConfig, AcmeChallengeType, AcmeConfig } from "./config.ts";
import { builtInDefaults } from "./defaults.ts";
import { isIpHost, normaliseHost } from "./host-name.ts";
import { authoritiesOf } from "./resolve-authorities.ts";
import { resolveEab } from "./resolve-eab.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import type { Document } from "./read-document.ts";
import type { ResolveContext } from "./resolve-context.ts";

/** The account and the certificates that the listeners ask for; null = none, or wrong, which has been reported. */
export function resolveAcme(file: string, document: Document, context: ResolveContext): AcmeConfig | null {
  const { findings } = context;
  const entries = acmeEntries(document);
  const account = document.acme;
  if (account === null) {
    if (!findings.isClean(["acme"])) return null;
    for (const { path } of entries.slice(0, 1)) {
      const remedy = "write acme: { email: admin@example.com, agreeToTerms: true } at the top of the file";
      findings.problem(path, `there is no account to get this certificate with: ${remedy}`);
    }
    return null;
  }
  const directory = directoryOf(account, context);
  if (entries.length === 0)
    findings.warning(
      ["acme"],
      "no listener has such a certificate: write certificates: [{ acme: [mail.example.com] }]",
    );
  return {
    email: account.email ?? null,
    directory,
    ca: account.ca === undefined ? null : authoritiesOf(account.ca, ["acme", "ca"], context),
    eab: account.eab === undefined ? null : resolveEab(account.eab, ["acme", "eab"], context),
    challenges: challengesOf(account, document, context),
    folder: beside(file, accountFolder(account)),
    certificates: certificatesOf(file, { account, entries, isPublic: isPublic(directory) }, context),
  };
}

interface Entry {
  readonly value: AcmeCertificateDocument;
  readonly path: Path;
}

function acmeEntries({ listen }: Document): Entry[] {
  return listen.flatMap(({ path, value: listener }) =>
    (listener?.certificates ?? []).flatMap((value, index) =>
      typeof value === "object" && "acme" in value ? [{ value, path: [...path, "certificates", index] }] : [],
    ),
  );
}

/** As the file itself was given: absolute, or relative to the working folder. */
function beside(file: string, name: string): string {
  return isAbsolute(name) ? name : posix.join(posix.dirname(file.replaceAll("\\", "/")), name);
}

function directoryOf(account: AcmeDocument, { findings }: ResolveContext): string {
  const url = directoryUrl(account);
  if (url !== null) return url;
  const message = `${quote(account.directory)} is no directory: write letsencrypt, letsencrypt-staging, or the https URL of one`;
  findings.problem(["acme", "directory"], message);
  return "";
}

function isPublic(directory: string): boolean {
  return directory.includes(".letsencrypt.org/");
}

interface Certificates {
  readonly account: AcmeDocument;
  readonly entries: readonly Entry[];
  readonly isPublic: boolean;
}

function certificatesOf(
  file: string,
  { account, entries, isPublic: publicly }: Certificates,
  context: ResolveContext,
): AcmeCertificateConfig[] {
  const certificates = new Map<string, { readonly config: AcmeCertificateConfig; readonly at: Path }>();
  for (const { value, path } of entries) {
    value.acme.forEach((name, index) => checkName(name, [...path, "acme", index], publicly, context));
    const names = acmeNames(value);
    const [first, ...others] = names;
    if (first === undefined) continue;
    const name = acmeFile(account, value);
    const same = certificates.get(name);
    if (same !== undefined && same.config.names.toSorted().join(" ") !== names.toSorted().join(" ")) {
      const line = context.findings.lineOf(same.at);
      const remedy = "write the same names in both, or begin with another name";
      context.findings.problem(path, `another certificate, at line ${line}, begins with ${first} too: ${remedy}`);
    }
    const key = value.key ?? builtInDefaults.acme.key;
    const config = { names: [first, ...others], key, file: name, path: beside(file, name) } as const;
    certificates.set(name, { config, at: path });
  }
  return [...certificates.values()].map(({ config }) => config);
}

/** RFC 2606, RFC 6761, RFC 6762, and what organisations use within their walls. */
const internal = /(?:^[^.]*|\.(?:local|localhost|internal|intranet|lan|home|corp|test|example|invalid|arpa))$/;

function checkName(written: string, path: Path, publicly: boolean, { findings }: ResolveContext): void {
  const name = normaliseHost(written);
  const problem = (why: string): void => findings.problem(path, `${quote(written)} ${why}`);
  if (written.startsWith("*."))
    problem(
      "is a wildcard, which can't be proved by http-01 or tls-alpn-01: write each host, or use a certificate file",
    );
  else if (name === null || name.includes("_")) problem("is not a host name: write one such as mail.example.com");
  else if (isIpHost(name)) problem("is an IP address: ACME certificates are for host names");
  else if (publicly && internal.test(name))
    problem(
      "is no public name, Let's Encrypt issues for those alone: leave it out, or use the directory of your own CA",
    );
}

/** "auto": what can be answered here, first what the authority's request for will surely reach. */
function challengesOf(
  { challenge = builtInDefaults.acme.challenge }: AcmeDocument,
  { listen }: Document,
  { findings }: ResolveContext,
): AcmeConfig["challenges"] {
  const plain = listen.flatMap(({ value }) =>
    value?.port === undefined || value.certificates !== undefined ? [] : [value.port],
  );
  if (challenge === "tls-alpn-01") return [challenge];
  if (challenge === "auto") {
    const onTls443 = listen.some(({ value }) => value?.port === 443);
    if (plain.length === 0) return ["tls-alpn-01"];
    const both: readonly [AcmeChallengeType, AcmeChallengeType] = ["http-01", "tls-alpn-01"];
    return plain.includes(80) || !onTls443 ? both : ["tls-alpn-01", "http-01"];
  }
  if (plain.length === 0) {
    const message =
      "no listener speaks plain HTTP, so http-01 can't succeed: add - { port: 80, redirect: https } to `listen`, or write tls-alpn-01";
    findings.warning(["acme", "challenge"], message);
  }
  return ["http-01"];
}
