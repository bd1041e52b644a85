import * as z from "zod";
import { expected, expectedOneOf } from "../config/expected.ts";
import { membersSchema } from "../config/farm-schema.ts";
import { isIpHost, normaliseHost } from "../config/host-name.ts";
import { requestLimitsShape } from "../config/limits-schema.ts";
import { switchSchema } from "../config/leaf-schemas.ts";
import { memberTlsSchema } from "../config/member-tls-schema.ts";
import { protocolNames } from "./protocol.ts";
import { versions } from "./version.ts";

const layouts = ["shared-check", "namespace-per-protocol", "single-namespace"] as const;

const notAVersion = (issue: { readonly input?: unknown }): string => {
  const quoted = versions.find((version) => String(version) === issue.input);
  if (quoted !== undefined) return `"${quoted}" is a text: write ${quoted} without quotes`;
  return expectedOneOf(versions.map(String))(issue);
};

const notAName = expected("a host name", "a name such as mail.example.com, without wildcard, port or https://");
const hostSchema = z.string({ error: notAName }).refine(isName, { error: notAName });
const hostsSchema = z.union([hostSchema, z.array(hostSchema, { error: notAName }).min(1, { error: notAName })], {
  error: notAName,
});

function isName(written: string): boolean {
  const host = normaliseHost(written);
  return host !== null && !isIpHost(host);
}

const protocolSchema = z.enum(protocolNames, { error: expectedOneOf(protocolNames) });
const noProtocols = expected(
  "a list of protocols",
  `some of ${protocolNames.join(", ")}, such as [owa, eas, autodiscover]`,
);

const protocolHostsSchema = z.strictObject({
  owa: hostsSchema.optional().meta({ description: "Default owa.DOMAIN." }),
  ecp: hostsSchema.optional().meta({ description: "Default ecp.DOMAIN." }),
  ews: hostsSchema.optional().meta({ description: "Default ews.DOMAIN." }),
  eas: hostsSchema.optional().meta({ description: "ActiveSync; default eas.DOMAIN." }),
  oab: hostsSchema.optional().meta({ description: "Default oab.DOMAIN." }),
  oa: hostsSchema.optional().meta({ description: "Outlook Anywhere; default oa.DOMAIN." }),
  mapi: hostsSchema.optional().meta({ description: "Default mapi.DOMAIN." }),
  autodiscover: hostsSchema.optional().meta({
    description: "Default autodiscover.DOMAIN. One for each domain of the mail addresses: a list.",
  }),
  powershell: hostsSchema.optional().meta({ description: "Default powershell.DOMAIN." }),
});

const allowSchema = requestLimitsShape.allow;
const protocolNetworksSchema = z.strictObject({
  owa: allowSchema,
  ecp: allowSchema.meta({ description: "Also the options pages of OWA in Exchange 2010 and 2013." }),
  ews: allowSchema,
  eas: allowSchema,
  oab: allowSchema,
  oa: allowSchema,
  mapi: allowSchema,
  autodiscover: allowSchema,
  powershell: allowSchema,
});

const tlsSchema = memberTlsSchema.extend({
  serverName: memberTlsSchema.shape.serverName.meta({
    description: "The name that is asked for and verified. Left out: the published name of the farm.",
  }),
});

const legacySchema = z.strictObject({
  version: z
    .literal([2007, 2010], { error: expectedOneOf(["2007", "2010"]) })
    .meta({ description: "The version of the legacy servers." }),
  servers: membersSchema.meta({ description: "The legacy servers: names under `servers`." }),
  host: hostSchema.optional().meta({ description: "The legacy host name; default legacy.DOMAIN." }),
  split: switchSchema.optional().meta({
    description:
      "true: one farm for OWA and one for EWS, each with its own check, instead of one farm judged by OWA's.",
    default: false,
  }),
  hosts: z
    .strictObject({
      owa: hostSchema.optional().meta({ description: "Host name of legacy OWA; default: `host`." }),
      ews: hostSchema.optional().meta({ description: "Host name of legacy EWS; default: `host`." }),
    })
    .optional()
    .meta({ description: "With `split: true`: a host name of its own for each." }),
  tls: tlsSchema.optional().meta({ description: "As `tls` of a farm. Left out: that of the block." }),
});

/** The `exchange` block. */
export const exchangeSchema = z.strictObject({
  version: z.literal([...versions], { error: notAVersion }).meta({ description: "The version of the servers." }),
  layout: z.enum(layouts, { error: expectedOneOf(layouts) }).meta({
    description:
      "`shared-check`: one mail name, all protocols judged by OWA's check. `namespace-per-protocol`: a name, farm and check for each protocol. `single-namespace`: one mail name, a farm and check for each protocol by its path.",
  }),
  domain: hostSchema.meta({ description: "The domain that the default host names are made of." }),
  servers: membersSchema.meta({ description: "The Exchange servers: names under `servers`." }),
  host: hostSchema
    .optional()
    .meta({ description: "The mail name of `shared-check` and `single-namespace`; default mail.DOMAIN." }),
  hosts: protocolHostsSchema
    .optional()
    .meta({ description: "Host names by protocol, where they differ from PROTOCOL.DOMAIN. A name or a list." }),
  publish: z
    .array(protocolSchema, { error: noProtocols })
    .min(1, { error: noProtocols })
    .optional()
    .meta({ description: "The protocols to publish. Left out: all that the version has, but powershell." }),
  allow: protocolNetworksSchema.optional().meta({
    description: "The networks that may use a protocol, such as { ecp: [10.0.0.0/8] }. Left out: everybody.",
  }),
  tls: tlsSchema.optional().meta({
    description: "As `tls` of a farm. Left out: the servers' certificate must be valid for the published name.",
  }),
  legacy: legacySchema
    .optional()
    .meta({ description: "Older servers whose mailboxes are reached under a legacy name." }),
});

export type ExchangeBlock = z.output<typeof exchangeSchema>;
export type LegacyBlock = z.output<typeof legacySchema>;
