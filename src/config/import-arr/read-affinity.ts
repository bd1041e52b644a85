import type { FarmInput } from "../farm-schema.ts";
import type { ImportFindings } from "./import-finding.ts";
import { isCookieName } from "./read-balance.ts";
import { Values } from "./read-values.ts";
import { childrenOf } from "./xml-element.ts";

type Affinity = NonNullable<FarmInput["affinity"]>;

const quiet = ["provider", "hostNameTimeout"] as const;

/** Client affinity by cookie and host name affinity. */
export function readAffinity(values: Values, members: number, findings: ImportFindings): Affinity | null {
  const cookie = values.flag("useCookie", false) ? cookieOf(values, findings) : null;
  const host = values.flag("useHostName", false) ? hostOf(values, members, findings) : null;
  if (values.flag("useExternalCache", false)) {
    const reason = "which server a host name belongs to follows from the name alone";
    findings.leftOut(values.place("useExternalCache"), values.shown("useExternalCache"), reason, "no cache is needed");
  }
  if (cookie === null && host === null) return null;
  return { ...(cookie === null ? {} : { cookie, format: "arr" as const }), ...(host === null ? {} : { host }) };
}

function cookieOf(values: Values, findings: ImportFindings): string {
  const written = values.text("cookieName", "ARRAffinity").trim();
  const name = isCookieName(written) ? written : "ARRAffinity";
  if (name !== written) {
    findings.changed(
      values.place("cookieName"),
      values.shown("cookieName"),
      `no name of a cookie: ${name} is taken`,
      "clients get a new cookie once",
    );
  }
  findings.changed(
    values.place("useCookie"),
    values.shown("useCookie"),
    `affinity: { cookie: ${name}, format: arr }`,
    "cookies that ARR has set stay valid; new ones are HttpOnly, SameSite=Lax, over https Secure, and have no Domain",
  );
  return name;
}

function hostOf(values: Values, members: number, findings: ImportFindings): number | null {
  for (const name of quiet) {
    if (!values.has(name)) continue;
    const reason = "which servers a host name has follows from the name alone";
    findings.leftOut(values.place(name), values.shown(name), reason, "host names move to other servers once");
  }
  const entries = childrenOf(values.element, "add").map((element) => new Values(element, findings));
  const counts = new Set(entries.map((entry) => Math.max(1, entry.whole("servers", 1))));
  const [only = 1] = counts;
  const host = Math.min(Math.max(only, ...counts), Math.max(members, 1), 1000);
  for (const entry of entries) {
    const result = `affinity: { host: ${host} } for all host names`;
    const consequence =
      entry.text("alternateNames", "") === ""
        ? "the number of servers cannot differ from name to name"
        : "nor can names share their servers";
    if (counts.size > 1 || entry.has("alternateNames"))
      findings.changed(entry.place(), `<add name=${JSON.stringify(entry.text("name", ""))}>`, result, consequence);
  }
  return host;
}
