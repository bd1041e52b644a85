import type { ImportFindings } from "./import-finding.ts";
import { Values } from "./read-values.ts";
import { sectionsOf, type Scope } from "./sections.ts";
import { childrenOf } from "./xml-element.ts";

/** Sections that change what happens to requests, and have no counterpart. */
const sections: readonly (readonly [path: readonly string[], reason: string, consequence: string])[] = [
  [["diskCache"], "nothing is cached", "every request goes to a member"],
  [["rewrite", "providers"], "there are no providers", "rules that ask one are left out"],
  [["httpRedirect"], "IIS's own redirects", "write a rule with `redirect`"],
  [["security", "ipSecurity"], "IIS's own restrictions of addresses", "write `allow` and `deny` in routes or `limits`"],
  [["security", "dynamicIpSecurity"], "IIS's own limits of clients", "write `rate` in routes or `limits`"],
  ...(
    [
      "fileExtensions",
      "verbs",
      "denyUrlSequences",
      "denyQueryStringSequences",
      "hiddenSegments",
      "filteringRules",
    ] as const
  ).map(
    (name) =>
      [
        ["security", "requestFiltering", name],
        "requests are not filtered by it",
        "the members see such requests and must refuse them",
      ] as const,
  ),
];

export function readOthers(scopes: readonly Scope[], findings: ImportFindings): void {
  for (const [path, reason, consequence] of sections) {
    for (const { section } of sectionsOf(scopes, ...path)) {
      const inForce = section.name !== "httpRedirect" || new Values(section, findings).flag("enabled", false);
      if (section.children.length === 0 && section.name !== "httpRedirect") continue;
      if (inForce) findings.leftOut(section.place, `<${section.name}>`, reason, consequence);
    }
  }
  for (const { section } of sectionsOf(scopes, "security", "access")) {
    const values = new Values(section, findings);
    if (!/Cert/i.test(values.text("sslFlags", ""))) continue;
    const consequence = "write `clientCertificate` at the listener";
    findings.leftOut(
      values.place("sslFlags"),
      values.shown("sslFlags"),
      "clients are not asked for a certificate",
      consequence,
    );
  }
  for (const { section } of sectionsOf(scopes, "rewrite", "allowedServerVariables")) {
    if (childrenOf(section, "add").length === 0) continue;
    findings.note(section.place, "<allowedServerVariables>", "rules may set every variable", "");
  }
}
