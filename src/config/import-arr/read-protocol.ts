import type { FarmInput } from "../farm-schema.ts";
import { durationText } from "../units.ts";
import type { ImportFindings } from "./import-finding.ts";
import { Values } from "./read-values.ts";
import { descendant } from "./xml-element.ts";

type Timeouts = NonNullable<FarmInput["timeouts"]>;

/** What is the same for <protocol> of a farm and <proxy> of the server. */
export interface ReadProtocol {
  readonly timeouts: Timeouts;
  readonly preserveHost: boolean;
  readonly reverseRewrite: boolean;
  /** Members get X-ARR-LOG-ID. */
  readonly logId: boolean;
}

export interface ProtocolDefaults {
  readonly timeoutMs: number;
  readonly preserveHost: boolean;
  readonly reverseRewrite: boolean;
}

export const farmDefaults: ProtocolDefaults = { timeoutMs: 30_000, preserveHost: true, reverseRewrite: false };
export const serverDefaults: ProtocolDefaults = { timeoutMs: 120_000, preserveHost: false, reverseRewrite: true };

const connectMs = 5000;
const most = 576 * 3_600_000;

export function readProtocol(values: Values, defaults: ProtocolDefaults, findings: ImportFindings): ReadProtocol {
  const timeoutMs = Math.min(values.span("timeout", defaults.timeoutMs), most);
  const timeout = durationText(timeoutMs);
  for (const [name, rule] of Object.entries(differences)) {
    if (values.has(name)) rule(values, name, findings);
  }
  readCache(new Values(descendant(values.element, "cache"), findings), findings);
  return {
    timeouts: {
      ...(timeoutMs > 0 && timeoutMs < connectMs ? { connect: timeout } : {}),
      response: timeout,
      idle: timeout,
    },
    preserveHost: values.flag("preserveHostHeader", defaults.preserveHost),
    reverseRewrite: values.flag("reverseRewriteHostInResponseHeaders", defaults.reverseRewrite),
    logId: values.text("logIDHeader", "X-ARR-LOG-ID").trim().toUpperCase() === "X-ARR-LOG-ID",
  };
}

type Difference = (values: Values, name: string, findings: ImportFindings) => void;

/** An attribute whose value has no counterpart, unless it says what is done here anyway. */
function unless(asHere: RegExp, reason: string, consequence: string): Difference {
  return (values, name, findings) => {
    if (asHere.test(values.text(name, "").trim())) return;
    findings.leftOut(values.place(name), values.shown(name), reason, consequence);
  };
}

const differences: Readonly<Record<string, Difference>> = {
  httpVersion: unless(/^(?:PassThrough|Http11|)$/i, "members are spoken to in HTTP/1.1", "they get HTTP/1.1 always"),
  keepAlive: unless(/^(?:true|1)$/i, "connections to members are used again", "they close them where they want that"),
  reverseRewriteHostInResponseHeaders: unless(
    /^(?:false|0)$/i,
    "redirects of members are passed on as they are, but those of hosts that are no farm",
    "where members redirect to their own names: write an outbound rule for the header Location",
  ),
  xForwardedForHeaderName: unless(
    /^X-Forwarded-For$/i,
    "the header is always X-Forwarded-For",
    "members that read another one: write a rule with set: { HTTP_X_NAME: '{REMOTE_ADDR}' }",
  ),
  includePortInXForwardedFor: unless(
    /^(?:false|0)$/i,
    "X-Forwarded-For has addresses without ports",
    "members that read the client's port do not find it",
  ),
  sslHeaderName: unless(
    /^$/,
    "no header tells of the certificate; X-Forwarded-Proto says whether the client uses https",
    "members that ask for it must ask for X-Forwarded-Proto",
  ),
  clientCertificateHeaderName: unless(
    /^(?:X-ARR-ClientCert|)$/i,
    "the header is X-ARR-ClientCert, or `clientCertificate: { header: … }` of the listener",
    "write it there where clients have certificates",
  ),
  logIDHeader: unless(
    /^(?:X-ARR-LOG-ID|)$/i,
    "the header is X-ARR-LOG-ID, with forwarded: { logId: true }",
    "members do not find it under this name",
  ),
  minResponseBuffer: unless(/^0*$/, "answers are passed on as they come", "nothing waits for a buffer to be full"),
  responseBufferLimit: unless(/^$/, "answers are passed on as they come", "no answer is too large"),
  maxResponseHeaderSize: unless(/^$/, "the router has a limit of its own", "larger headers of answers may be refused"),
  proxy: unless(
    /^$/,
    "requests go to the members themselves, not by way of another proxy",
    "members that can only be reached through it cannot be reached",
  ),
  proxyBypass: unless(/^$/, "there is no other proxy on the way", ""),
};

function readCache(values: Values, findings: ImportFindings): void {
  const nothing = "nothing is cached: every request goes to a member";
  if (values.has("enabled") && values.flag("enabled", true)) {
    findings.leftOut(values.place("enabled"), values.shown("enabled"), nothing, "members get more requests");
  }
  if (values.has("validationInterval") && values.span("validationInterval", 0) > 0) {
    const name = "validationInterval";
    findings.leftOut(values.place(name), values.shown(name), nothing, "members get more requests");
  }
  for (const name of ["requestConsolidationEnabled"] as const) {
    if (!values.flag(name, false)) continue;
    findings.leftOut(values.place(name), values.shown(name), nothing, "equal requests all go to a member");
  }
}
