import fc from "fast-check";
import type { Asked } from "./way.ts";

/*
 * Configurations of ARR as text: few names, so that rules meet, overlap and follow upon each other. Only what the import
 * keeps, so that no finding must be looked up.
 */

const often = fc.constantFrom(true, true, true, true, true, false);
const seldom = fc.constantFrom(false, false, false, false, false, true);

const farmNames = ["mail.x.com", "owa", "Two Words", "api.y.org", "owa-http"];

const server = fc.record({
  address: fc.constantFrom("a", "b", "10.0.0.1"),
  enabled: often,
  httpPort: fc.constantFrom("80", "80", "8080"),
  httpsPort: fc.constantFrom("443", "443", "8443"),
});

const farm = fc.record({
  enabled: often,
  preserveHost: often,
  check: fc.constantFrom("", "https://mail.x.com/OWA/HealthCheck.htm", "http://owa/up?x=1"),
  servers: fc.uniqueArray(server, { minLength: 1, maxLength: 2, selector: ({ address }) => address }),
});

type Farm = typeof farm extends fc.Arbitrary<infer T> ? T : never;

function farmXml(name: string, { enabled, preserveHost, check, servers }: Farm): string {
  return tag("webFarm", { name, enabled }, [
    ...servers.map(({ address, enabled: isOn, ...ports }) =>
      tag("server", { address, enabled: isOn }, [tag("applicationRequestRouting", ports)]),
    ),
    tag("applicationRequestRouting", {}, [
      tag("protocol", { preserveHostHeader: preserveHost }),
      ...(check === "" ? [] : [tag("healthCheck", { url: check })]),
    ]),
  ]);
}

type Syntax = "ECMAScript" | "Wildcard" | "ExactMatch";

const paths: Readonly<Record<Syntax, readonly string[]>> = {
  ECMAScript: [
    ".*",
    "(.*)",
    "^(.*)$",
    ".*",
    "^owa(/.*)?$",
    "^owa(/.*)?$",
    "^owa/x(/|$)",
    "^ecp(?:/.*)?$",
    "^$",
    "^owa",
    "owa",

    "^owa/?$",
    "^(owa|ecp)(/.*)?$",
    "^owa|^ecp",
    "^ow*a/(.+)",
    "^owa/(.*)$",
    ".+",
    "^.",
    "owa$",
    "^x/",
    "^x\\.htm$",
  ],
  Wildcard: ["*", "*", "*", "owa*", "owa/*", "*/x", "owa", "ow?/*", "*.jpg", "ecp*"],
  ExactMatch: ["owa", "owa/x", "x"],
};

const hostPatterns: Readonly<Record<Syntax, readonly string[]>> = {
  ECMAScript: [
    "^mail\\.x\\.com$",
    "^mail\\.x\\.com(:\\d+)?$",
    "^mail\\.",
    "^mail\\..*$",
    "mail.*",
    "mail",
    "^owa$",
    "x.com",
    "\\.x\\.com$",

    "^.*\\.x\\.com$",
    "^(mail|owa)\\.",
    "^(.*)\\.x\\.com$",
    "^[^.]+\\.x\\.com$",
    "^mail(?:\\d+)?$",
    "^MAIL\\.x\\.com",
  ],
  Wildcard: [
    "mail.*",
    "mail.*",
    "owa.*",
    "*.x.com",
    "mail.x.com",
    "*",
    "*mail*",
    "mail.x.*",
    "*.com",
    "mail?x.com",
    "owa",
  ],
  ExactMatch: ["mail.x.com", "owa", "api.y.org"],
};

const others: Readonly<Record<Syntax, readonly (readonly [input: string, pattern: string])[]>> = {
  ECMAScript: [
    ["{URL}", "^/owa"],
    ["{REQUEST_URI}", "x=1"],
    ["{QUERY_STRING}", "^(.*)x=(\\d)"],
    ["EXT_{URL}", "\\.jpg$"],
    ["{M:{HTTP_HOST}}", "."],
    ["x{C:1}", "^xo"],
    ["y{R:1}", "x"],
    ["{HTTP_X_CLIENT}", "yes"],
    ["{SERVER_PORT_SECURE}", "^1$"],
    ["{SERVER_NAME}", "^mail\\.x\\.com$"],
  ],
  Wildcard: [
    ["{URL}", "/owa*"],
    ["EXT_{URL}", "*.jpg"],
    ["{URL}", "*/x/*"],
    ["{M:{HTTP_HOST}}", "owa"],
    ["{QUERY_STRING}", "x=*"],
    ["{SERVER_PORT_SECURE}", "0"],
    ["{SERVER_NAME}", "owa.*"],
  ],
  ExactMatch: [
    ["{URL}", "/owa"],
    ["{QUERY_STRING}", "x=1"],
  ],
};

const flags = { ignoreCase: often, negate: seldom };

function conditionOf(syntax: Syntax) {
  const https = syntax === "ECMAScript" ? ["on", "^on$", "off", "^OFF$", "ON"] : ["on", "off", "On"];
  const input = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(...hostPatterns[syntax]).map((pattern) => ["{HTTP_HOST}", pattern] as const),
    },
    { weight: 2, arbitrary: fc.constantFrom(...https).map((pattern) => ["{HTTPS}", pattern] as const) },
    { weight: 1, arbitrary: fc.constantFrom(...others[syntax]) },
  );
  return fc.tuple(input, fc.record(flags)).map(([[text, pattern], more]) => ({
    ...more,
    input: text,
    pattern,
    // Whether IIS says "on" or "ON" is not documented.
    ignoreCase: more.ignoreCase || text === "{HTTPS}",
  }));
}

const forwards = fc.record({
  kind: fc.constant("forward" as const),
  scheme: fc.constantFrom("https", "http", "https"),
  farm: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...farmNames) },
    { weight: 1, arbitrary: fc.constantFrom("{M:{HTTP_HOST}}", "elsewhere.z", "elsewhere.z:8080") },
  ),
  url: fc.constantFrom(
    "/{R:0}",
    "/{R:0}",
    "/{R:0}",
    "/{R:1}",
    "{URL}",
    "",
    "/",
    "/v2/{R:0}",
    "/v2/{R:1}?y={C:1}",
    "{PATH_INFO}",
    "{REQUEST_URI}",
    "{UNENCODED_URL}",
  ),
  append: often,
});

const ends = fc.oneof(
  fc.record({
    kind: fc.constant("redirect" as const),
    url: fc.constantFrom(
      "https://{HTTP_HOST}/{R:0}",
      "https://{HTTP_HOST}{REQUEST_URI}",
      "/owa",
      "https://z/{C:1}",
      "https://{SERVER_NAME}/{R:1}",
    ),
    type: fc.constantFrom("Permanent", "Found", "SeeOther", "Temporary"),
    append: often,
  }),
  fc.record({
    kind: fc.constant("respond" as const),
    status: fc.constantFrom("404", "403", "503"),
    reason: fc.constantFrom("", "Not Found", "No"),
  }),
  fc.record({ kind: fc.constantFrom("abort" as const, "none" as const, "absent" as const) }),
  fc.record({
    kind: fc.constant("rewrite" as const),
    url: fc.constantFrom("owa/{R:1}", "/n/{R:0}", "/owa", "ecp"),
    append: often,
  }),
);

const action = fc.oneof({ weight: 3, arbitrary: forwards }, { weight: 1, arbitrary: ends });

type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

function actionXml(one: Action): string {
  switch (one.kind) {
    case "forward":
      return tag("action", {
        type: "Rewrite",
        url: `${one.scheme}://${one.farm}${one.url}`,
        appendQueryString: one.append,
      });
    case "rewrite":
      return tag("action", { type: "Rewrite", url: one.url, appendQueryString: one.append });
    case "redirect":
      return tag("action", { type: "Redirect", url: one.url, redirectType: one.type, appendQueryString: one.append });
    case "respond":
      return tag("action", { type: "CustomResponse", statusCode: one.status, statusReason: one.reason });
    case "abort":
      return tag("action", { type: "AbortRequest" });
    case "none":
      return tag("action", { type: "None" });
    case "absent":
      break;
  }
  return "";
}

const variable = fc.oneof(
  fc.record({
    name: fc.constantFrom("HTTP_X_A", "HTTP_X_CLIENT", "V"),
    value: fc.constantFrom("mail.x.com", "owa", "{R:0}", "{HTTP_HOST}", ""),
    replace: often,
  }),
  fc.record({
    name: fc.constant("HTTP_HOST"),
    value: fc.constantFrom("mail.x.com", "owa", "{SERVER_NAME}"),
    replace: fc.constant(true),
  }),
);

const someVariables = fc.oneof(
  { weight: 5, arbitrary: fc.uniqueArray(variable, { maxLength: 0 }) },
  { weight: 1, arbitrary: fc.uniqueArray(variable, { maxLength: 2, selector: ({ name }) => name }) },
);

const rule = fc.constantFrom<Syntax>("ECMAScript", "ECMAScript", "Wildcard", "Wildcard", "ExactMatch").chain((syntax) =>
  fc.record({
    syntax: fc.constant(syntax),
    enabled: often,
    stop: often,
    match: fc.tuple(fc.constantFrom(...paths[syntax]), fc.record(flags)),
    grouping: fc.constantFrom("MatchAll", "MatchAll", "MatchAny"),
    trackAll: seldom,
    conditions: fc.array(conditionOf(syntax), { maxLength: 3 }),
    variables: someVariables,
    action,
  }),
);

type Rule = typeof rule extends fc.Arbitrary<infer T> ? T : never;

function ruleXml(
  { syntax, enabled, stop, match, grouping, trackAll, conditions, variables, action: done }: Rule,
  index: number,
): string {
  const [url, more] = match;
  return tag("rule", { name: `r${index}`, enabled, patternSyntax: syntax, stopProcessing: stop }, [
    tag("match", { url, ...more }),
    tag(
      "conditions",
      { logicalGrouping: grouping, trackAllCaptures: trackAll },
      conditions.map((one) => tag("add", one)),
    ),
    tag(
      "serverVariables",
      {},
      variables.map((one) => tag("set", one)),
    ),
    actionXml(done),
  ]);
}

const map = tag("rewriteMap", { name: "M" }, [
  tag("add", { key: "mail.x.com", value: "owa" }),
  tag("add", { key: "api.y.org", value: "Two Words" }),
]);

/** A configuration must publish something. */
const last = tag("rule", { name: "last", stopProcessing: true }, [
  tag("match", { url: ".*" }),
  tag("conditions", {}, [tag("add", { input: "{HTTP_HOST}", pattern: "^last\\.z$" })]),
  tag("action", { type: "Rewrite", url: "https://elsewhere.z/{R:0}" }),
]);

/** It does not set Host, nor does a rule behind it see the one that ARR sets for it. */
function withoutHost(one: Rule): Rule {
  return { ...one, variables: one.variables.filter(({ name }) => name !== "HTTP_HOST") };
}

/** Either forwarding is always the end, or nothing is that leaves the request to IIS itself. */
function withStop(one: Rule, forwardsStop: boolean): Rule {
  if (one.action.kind === "forward") return { ...one, stop: one.stop || forwardsStop };
  const isLeft = ["none", "absent", "rewrite"].includes(one.action.kind);
  return { ...one, stop: one.stop && (forwardsStop || !isLeft) };
}

/** An applicationHost.config. */
export const randomArr: fc.Arbitrary<string> = fc
  .record({
    farms: fc.tuple(...farmNames.map(() => farm)),
    rules: fc.array(rule, { minLength: 1, maxLength: 5 }),
    // Which of them wins is not documented: either rules set Host, or ARR does.
    setsHost: fc.boolean(),
    forwardsStop: often,
  })
  .map(({ farms, rules, setsHost, forwardsStop }) => {
    const farmsXml = farms.map((one, index) =>
      farmXml(farmNames[index] ?? "", { ...one, preserveHost: setsHost || one.preserveHost }),
    );
    const rulesXml = rules.map((one, index) =>
      ruleXml(withStop(setsHost ? one : withoutHost(one), forwardsStop || !setsHost), index),
    );
    return tag("configuration", {}, [
      tag("webFarms", {}, farmsXml),
      tag("system.webServer", {}, [
        tag("proxy", { enabled: true, preserveHostHeader: setsHost }),
        tag("rewrite", {}, [tag("globalRules", {}, [...rulesXml, last]), tag("rewriteMaps", {}, [map])]),
      ]),
    ]);
  });

export const randomAsked: fc.Arbitrary<Asked> = fc.record({
  https: fc.boolean(),
  host: fc.constantFrom(
    "mail.x.com",
    "mail.x.com",
    "MAIL.x.com",
    "owa",
    "owa.x.com",
    "api.y.org",
    "xmail.x.com",
    "mail.z",
    "a.b.x.com",
    "x.com",
    "mail",
    "mail7",
    "owa.y.org",
  ),
  target: fc
    .tuple(
      fc.constantFrom(
        "/",
        "/owa",
        "/owa/",
        "/OWA/x",
        "/owa/x/y.jpg",
        "/owas",
        "/ecp/",
        "/ecp",
        "/x",
        "/x.htm",
        "/x/owa",
        "/%6Fwa/x",

        "/a%20b",
        "/%C3%A9",
        "/owa%2Fx",
        "/owax/x",
        "/oa/q",
      ),
      fc.constantFrom("", "", "?x=1", "?y=%2F&x=2"),
    )
    .map((parts) => parts.join("")),
});

type Value = string | boolean;

function tag(name: string, attributes: Readonly<Record<string, Value>>, children: readonly string[] = []): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(`${value}`)}"`);
  const inside = children.filter((child) => child !== "").map((child) => `\n${child.replaceAll(/^/gm, "  ")}`);
  return inside.length === 0
    ? `<${name}${written.join("")} />`
    : `<${name}${written.join("")}>${inside.join("")}\n</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
