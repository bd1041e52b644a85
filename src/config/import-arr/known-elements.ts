/** An element that is understood: its attributes and what may stand in it. */
export interface KnownElement {
  readonly attributes: readonly string[];
  readonly children?: Readonly<Record<string, KnownElement>>;
}

const collection = { clear: { attributes: [] }, remove: { attributes: ["name"] } } as const;

const proxyAttributes = [
  "httpVersion",
  "keepAlive",
  "timeout",
  "preserveHostHeader",
  "reverseRewriteHostInResponseHeaders",
  "xForwardedForHeaderName",
  "includePortInXForwardedFor",
  "sslHeaderName",
  "clientCertificateHeaderName",
  "logIDHeader",
  "minResponseBuffer",
  "responseBufferLimit",
  "maxResponseHeaderSize",
  "proxy",
  "proxyBypass",
  "arrResponseHeader",
] as const;

const cache: KnownElement = {
  attributes: ["enabled", "validationInterval", "queryStringHandling", "requestConsolidationEnabled"],
};

const affinity: KnownElement = {
  attributes: ["useCookie", "cookieName", "useHostName", "provider", "hostNameTimeout", "useExternalCache"],
  children: { ...collection, add: { attributes: ["name", "servers", "alternateNames"] } },
};

const webFarm: KnownElement = {
  attributes: ["name", "enabled"],
  children: {
    ...collection,
    server: {
      attributes: ["address", "enabled"],
      children: { applicationRequestRouting: { attributes: ["weight", "httpPort", "httpsPort", "hostName"] } },
    },
    applicationRequestRouting: {
      attributes: [],
      children: {
        protocol: { attributes: proxyAttributes, children: { cache } },
        affinity,
        loadBalancing: { attributes: ["algorithm", "hashServerVariable", "queryStringNames"] },
        healthCheck: { attributes: ["url", "interval", "timeout", "statusCodeMatch", "responseMatch"] },
      },
    },
  },
};

const condition: KnownElement = { attributes: ["input", "pattern", "matchType", "type", "ignoreCase", "negate"] };
const conditions: KnownElement = {
  attributes: ["logicalGrouping", "trackAllCaptures"],
  children: { clear: { attributes: [] }, add: condition },
};

const rules: KnownElement = {
  attributes: ["useOriginalURLEncoding"],
  children: {
    ...collection,
    rule: {
      attributes: ["name", "enabled", "patternSyntax", "stopProcessing", "responseCacheDirective"],
      children: {
        match: { attributes: ["url", "ignoreCase", "negate"] },
        conditions,
        serverVariables: {
          attributes: [],
          children: { clear: { attributes: [] }, set: { attributes: ["name", "value", "replace"] } },
        },
        action: {
          attributes: [
            "type",
            "url",
            "appendQueryString",
            "logRewrittenUrl",
            "redirectType",
            "statusCode",
            "subStatusCode",
            "statusReason",
            "statusDescription",
          ],
        },
      },
    },
  },
};

const outboundRules: KnownElement = {
  attributes: ["rewriteBeforeCache"],
  children: {
    ...collection,
    rule: {
      attributes: ["name", "enabled", "patternSyntax", "stopProcessing", "preCondition"],
      children: {
        match: {
          attributes: [
            "filterByTags",
            "customTags",
            "serverVariable",
            "pattern",
            "occurrences",
            "ignoreCase",
            "negate",
          ],
        },
        conditions,
        action: { attributes: ["type", "value", "replace"] },
      },
    },
    preConditions: {
      attributes: [],
      children: {
        ...collection,
        preCondition: {
          attributes: ["name", "logicalGrouping", "patternSyntax"],
          children: { clear: { attributes: [] }, add: { attributes: ["input", "pattern", "ignoreCase", "negate"] } },
        },
      },
    },
    customTags: {
      attributes: [],
      children: {
        ...collection,
        tags: {
          attributes: ["name"],
          children: { clear: { attributes: [] }, tag: { attributes: ["name", "attribute"] } },
        },
      },
    },
  },
};

const named: KnownElement = { attributes: ["name"] };

const rewrite: KnownElement = {
  attributes: [],
  children: {
    globalRules: rules,
    rules,
    outboundRules,
    rewriteMaps: {
      attributes: [],
      children: {
        ...collection,
        rewriteMap: {
          attributes: ["name", "defaultValue", "ignoreCase"],
          children: {
            clear: { attributes: [] },
            remove: { attributes: ["key"] },
            add: { attributes: ["key", "value"] },
          },
        },
      },
    },
    providers: {
      attributes: [],
      children: {
        ...collection,
        provider: {
          attributes: ["name", "type"],
          children: {
            settings: { attributes: [], children: { add: { attributes: ["key", "value", "encryptedValue"] } } },
          },
        },
      },
    },
    allowedServerVariables: { attributes: [], children: { ...collection, add: named } },
  },
};

/** The sections that are read, by their path below <configuration>; what is not here is none of the import's business. */
export const knownSections = {
  webFarms: { attributes: [], children: { ...collection, webFarm } },
  "system.webServer/proxy": {
    attributes: ["enabled", ...proxyAttributes],
    children: { cache },
  },
  "system.webServer/rewrite": rewrite,
  "system.webServer/security/requestFiltering/requestLimits": {
    attributes: ["maxAllowedContentLength", "maxUrl", "maxQueryString"],
    children: { headerLimits: { attributes: [], children: { add: { attributes: ["header", "sizeLimit"] } } } },
  },
  "system.webServer/diskCache": {
    attributes: ["enabled"],
    children: { ...collection, driveLocation: { attributes: ["path", "maxUsage"] } },
  },
} as const satisfies Readonly<Record<string, KnownElement>>;
