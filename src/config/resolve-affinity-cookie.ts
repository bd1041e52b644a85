import type { AffinityDocument } from "./affinity-schema.ts";
import type { AffinityCookieConfig, MemberConfig } from "./farm-config.ts";
import { builtInDefaults } from "./defaults.ts";
import type { Findings } from "./findings.ts";
import { isIpHost, normaliseHost } from "./host-name.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";

const defaults = builtInDefaults.affinity;

/** What the affinity of a farm depends on beside what is written. */
export interface AffinityPlace {
  readonly path: Path;
  readonly members: readonly MemberConfig[];
  /** The names under which the farm is published, with wildcards. */
  readonly hosts: readonly string[];
}

/** null = no cookie is asked for. */
export function resolveAffinityCookie(
  written: AffinityDocument,
  { path, members, hosts }: AffinityPlace,
  findings: Findings,
): AffinityCookieConfig | null {
  if (written.cookie === undefined) return null;
  const format = written.format ?? defaults.format;
  if (format === "arr") checkArrValues(members, [...path, "format"], findings);
  checkSecure(written, path, findings);
  const sameSite = written.sameSite ?? defaults.sameSite;
  return {
    name: written.cookie,
    format,
    domain: written.domain === undefined ? null : resolveDomain(written.domain, hosts, [...path, "domain"], findings),
    path: written.path ?? defaults.path,
    secure: written.secure ?? defaults.secure,
    httpOnly: written.httpOnly ?? defaults.httpOnly,
    sameSite: sameSite === "off" ? null : sameSite,
    maxAgeSeconds: written.maxAge === undefined ? 0 : Math.ceil(written.maxAge / 1000),
  };
}

function checkArrValues(members: readonly MemberConfig[], path: Path, findings: Findings): void {
  const seen = new Map<string, string>();
  for (const { server, host } of members) {
    const twin = seen.get(host.toLowerCase());
    seen.set(host.toLowerCase(), server);
    if (twin === undefined) continue;
    const reason = `${twin} and ${server} have the same host, and ARR's value is made of it alone`;
    findings.problem(path, `${reason}: leave \`format\` out, or give each server a name of its own`);
  }
}

/** What browsers refuse without a word (RFC 6265bis 4.1.3, 5.6). */
function checkSecure(
  { cookie = "", secure, sameSite, domain, path: at }: AffinityDocument,
  path: Path,
  findings: Findings,
) {
  if (sameSite === "none" && secure === false) {
    findings.problem([...path, "sameSite"], "browsers take `none` only with Secure: leave `secure` out, or write lax");
  }
  const prefix = /^__(?:secure|host)-/i.exec(cookie)?.[0];
  if (prefix !== undefined && secure !== true)
    findings.problem(
      [...path, "cookie"],
      `browsers take a name with ${prefix} only with Secure: write secure: true, or another name`,
    );
  if (prefix?.toLowerCase() === "__host-" && (domain !== undefined || (at ?? "/") !== "/")) {
    const remedy = "leave both out, or write another name";
    findings.problem(
      [...path, "cookie"],
      `browsers take a name with ${prefix} only without \`domain\` and with the path /: ${remedy}`,
    );
  }
}

function resolveDomain(written: string, hosts: readonly string[], path: Path, findings: Findings): string | null {
  const domain = isIpHost(written) ? null : normaliseHost(written);
  if (domain === null) {
    const remedy = domainRemedy(written);
    findings.problem(path, `${quote(written)} is not a domain: ${remedy}`);
    return null;
  }
  const ends = hosts.filter((host) => !host.endsWith(".*"));
  const outside = ends.filter((host) => !`.${host.replace("*.", "")}`.endsWith(`.${domain}`));
  if (outside.length > 0) {
    const message = `${[...new Set(outside)].join(", ")} does not end with it, so browsers refuse the cookie there`;
    findings.warning(path, `${message}: leave \`domain\` out, or write what all names end with`);
  }
  return domain;
}

function domainRemedy(written: string): string {
  if (isIpHost(written)) return "an address has none, leave `domain` out";
  if (/^\*?\./.test(written))
    return "write it without what stands before its first letter, all names below it are meant";
  if (/:\d+$/.test(written)) return "leave the port out, a cookie is for all ports";
  return "write the name that all hosts of the cookie end with, such as example.com";
}
