import fc from "fast-check";
import type {
  ActionConfig,
  ConditionConfig,
  ConditionsConfig,
  PatternConfig,
  PatternSyntax,
  RewriteMapConfig,
  RuleConfig,
  RulesConfig,
  SetVariableConfig,
} from "../../src/rules/rule-config.ts";
import type { RuleRequest } from "../../src/rules/rule-request.ts";

/*
 * Small rules over a tiny alphabet, so that they hit: paths of a, b, É, slashes and escaped slashes, a few patterns,
 * and templates of what matters.
 */

const patterns: Readonly<Record<PatternSyntax, readonly string[]>> = {
  ecmascript: [
    "a",
    "^a",
    "b$",
    "^(a)(/.*)?$",
    "(.*)",
    "(.*)",
    ".*",
    "^$",
    ".?",
    ".",
    "^(.)(.*)$",
    "^(a|(b))",
    "(É)",
    "a{2}",
    "^/?(.*)/(.*)$",
    "on|x",
  ],
  wildcard: ["*", "*", "a*", "a*", "*/*", "?", "*b", "a/?", "*É*", "/*", "o?", "*x*"],
  exact: ["a", "a/b", "/a", "É", "on", "x=1", "a.x"],
};

function patternOf(syntax: PatternSyntax): fc.Arbitrary<PatternConfig> {
  return fc.record({
    pattern: fc.constantFrom(...patterns[syntax]),
    ignoreCase: often,
    negate: seldom,
  });
}

const often = fc.constantFrom(true, true, true, false);
const seldom = fc.constantFrom(false, false, false, false, true);

const inputs = fc.constantFrom(
  "{URL}",
  "{QUERY_STRING}",
  "{REQUEST_URI}",
  "{UNENCODED_URL}",
  "{HTTP_HOST}",
  "{HTTPS}",
  "{HTTP_X_A}",
  "{V}",
  "{R:0}",
  "{R:1}",
  "{R:2}",
  "{C:0}",
  "{C:1}",
  "{M:{R:0}}",
  "{Strict:{URL}}",
  "x{C:1}",
  "{ToLower:{URL}}",
  "a",
);

const values = fc.constantFrom(
  "{R:0}",
  "{R:1}",
  "{R:2}",
  "{C:0}",
  "{C:1}",
  "{C:2}",
  "{C:3}",
  "{URL}",
  "{QUERY_STRING}",
  "{REQUEST_URI}",
  "{UNENCODED_URL}",
  "{HTTP_HOST}",
  "{HTTP_X_A}",
  "{http_x_b}",
  "{V}",
  "{CACHE_URL}",
  "{HTTP_X_ORIGINAL_URL}",
  "{ToLower:{R:1}}",
  "{UrlEncode:{R:0}}",
  "{ToLower:{UrlEncode:{R:0}}}",
  "{UrlDecode:{UNENCODED_URL}}",
  "{HtmlEncode:{REQUEST_URI}}",
  "{M:{R:0}}",
  "{strict:{URL}}",
  "",
);

const tails = fc.constantFrom("", "", "", "/b", "/", "?x=1", "?q={R:1}", "?{QUERY_STRING}", "/É", "%2F", "/a b", "}");
const template = fc.tuple(values, values).map((parts) => parts.join("-"));
const path = fc.tuple(fc.constantFrom("/", "", "/a/", "/b"), values, tails).map((parts) => parts.join(""));
/** "/{R:0}" is what most rules say. */
const paths: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom("/{R:0}", "{URL}", "{UNENCODED_URL}") },
  path,
);
const location = fc
  .tuple(
    fc.constantFrom("", "", "https://{HTTP_HOST}", "{HTTPS}://a.x", "//b"),
    path,
    fc.constantFrom("", "", "#a{R:1}"),
  )
  .map((parts) => parts.join(""));

function conditionsOf(syntax: PatternSyntax): fc.Arbitrary<ConditionsConfig> {
  const condition: fc.Arbitrary<ConditionConfig> = fc
    .tuple(inputs, patternOf(syntax))
    .map(([input, pattern]) => ({ input, ...pattern }));
  return fc.record({
    grouping: fc.constantFrom("all", "any"),
    captures: fc.constantFrom("last", "all"),
    conditions: fc.oneof(
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(condition, { maxLength: 3 }) },
    ),
  });
}

const setVariable: fc.Arbitrary<SetVariableConfig> = fc.record({
  name: fc.constantFrom("HTTP_X_A", "HTTP_X_B", "HTTP_HOST", "V"),
  value: fc.oneof(values, fc.constantFrom("", "a.x", "b")),
  replace: often,
});

const rewrites: fc.Arbitrary<ActionConfig> = fc.record({
  kind: fc.constant("rewrite" as const),
  farm: fc.constantFrom(null, "one", "two"),
  url: fc.option(paths, { nil: null }),
  appendQuery: often,
});

const ends: fc.Arbitrary<ActionConfig> = fc.oneof(
  fc.record({
    kind: fc.constant("redirect" as const),
    url: location,
    status: fc.constantFrom(301, 302, 303, 307, 308),
    appendQuery: often,
  }),
  fc.record({ kind: fc.constant("respond" as const), status: fc.constant(410), reason: template, body: template }),
  fc.constant<ActionConfig>({ kind: "abort" }),
);

const actions = fc.oneof(
  { weight: 1, arbitrary: fc.constant<ActionConfig>({ kind: "none" }) },
  { weight: 5, arbitrary: rewrites },
  { weight: 2, arbitrary: ends },
);

/** Which rules have matched can be read from {TRACE}, if the request is forwarded. */
export const traceVariable = "TRACE";

const rule: fc.Arbitrary<RuleConfig> = fc
  .constantFrom("ecmascript", "ecmascript", "wildcard", "wildcard", "exact")
  .chain((syntax) =>
    fc
      .record({
        path: fc.option(patternOf(syntax), { freq: 2, nil: null }),
        conditions: conditionsOf(syntax),
        host: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.constantFrom("a.x", "*.x", "a.*", "b")),
        https: fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, fc.boolean()),
        set: fc.array(setVariable, { maxLength: 2 }),
        action: actions,
        stop: seldom,
      })
      .map(({ conditions, ...rest }) => ({ name: "", syntax, ...conditions, ...rest })),
  );

/** A trace of each rule that has matched, and names that differ. */
function named(unnamed: RuleConfig, index: number): RuleConfig {
  const trace = { name: traceVariable, value: `{${traceVariable}}${index}`, replace: true };
  return { ...unnamed, name: `r${index}`, set: [trace, ...unnamed.set] };
}

const maps: readonly RewriteMapConfig[] = [
  {
    name: "M",
    defaultValue: "#",
    ignoreCase: true,
    entries: [
      ["a", "b"],
      ["A/b", "/b?m=1"],
      ["é", "a"],
    ],
  },
  {
    name: "Strict",
    defaultValue: "",
    ignoreCase: false,
    entries: [
      ["/a", "x"],
      ["/A", "y"],
      ["/É", "É"],
    ],
  },
];

/** Short lists would be preferred, and rules that follow upon each other are what is looked for. */
export const randomRules: fc.Arbitrary<RulesConfig> = fc
  .noBias(fc.array(rule, { minLength: 1, maxLength: 5 }))
  .map((rules) => ({ inbound: rules.map(named), outbound: [], maps }));

const pieces = fc.constantFrom(
  "a",
  "a",
  "b",
  "/",
  "/",
  "A",
  "%2F",
  "%252F",
  "%C3%89",
  "%C9",
  "%20",
  "..",
  "%2e",
  "%3F",
  "//",
);
const target = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom("/", "*", "/a", "/a/b", "/%C3%89") },
  { weight: 4, arbitrary: fc.array(pieces, { maxLength: 5 }).map((parts) => `/${parts.join("")}`) },
);
const query = fc.constantFrom("", "", "?x=1", "?a=b&q=%2F", "?a", "?");

export const randomRequest: fc.Arbitrary<RuleRequest> = fc
  .record({
    target: fc.tuple(target, query).map(([before, behind]) => (before === "*" ? before : before + behind)),
    host: fc.constantFrom("a.x", "A.x:8443", "b", "b.a.x"),
    https: fc.boolean(),
    fields: fc.constantFrom("", "X-A: a\r\n", "x-a: a\r\nX-A: b\r\n", "X-B:\r\n"),
  })
  .map(({ fields, ...rest }) => {
    const start = `GET ${rest.target} HTTP/1.1\r\n`;
    return {
      ...rest,
      method: "GET",
      version: "1.1",
      head: `${start}Host: ${rest.host}\r\n${fields}\r\n`,
      fieldsStart: start.length,
      clientAddress: "192.0.2.7",
      clientPort: 50_123,
      localAddress: "10.0.0.1",
      localPort: rest.https ? 443 : 80,
    };
  });
