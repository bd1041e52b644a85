/*
 * Configurations with few and with many rules of one kind, and the requests for them. What a request asks for is known by
 * a number: rule N is for host or path N and leads to farm N modulo the number of farms. All farms have the same member.
 */

const domain = "bench.test";
const sharedHost = `apps.${domain}`;

/** As an import from ARR has them. */
const importedHost = (number) => ({
  syntax: "wildcard",
  path: "*",
  conditions: [{ input: "{HTTP_HOST}", pattern: `host${number}.*` }],
});

const ownHost = (number) => ({ host: `host${number}.${domain}` });

const pathPrefix = (number) => ({ path: `^app${number}(/.*)?$` });

const mixed = (number) => ({
  ...(number % 2 === 0 ? {} : { path: "^(.*)$" }),
  conditions: [
    { input: "{HTTP_HOST}", pattern: `^host${number}\\.bench\\.test$` },
    { input: "{HTTPS}", pattern: "^off$" },
  ],
  set: { HTTP_X_FORWARDED_HOST: "{HTTP_HOST}", HTTP_X_RULE: `rule-${number}` },
});

/** No index knows what these are for: each one is tried. */
const regexHost = (number) => ({
  conditions: [{ input: "{HTTP_HOST}", pattern: `^(www|mail)\\.host${number}\\.` }],
});

const byHost = (number) => ({ host: `host${number}.${domain}`, path: "/owa/" });
const byPath = (number) => ({ host: sharedHost, path: `/app${number}/page` });
const byService = (number) => ({ host: `mail.host${number}.${domain}`, path: "/owa/" });

/** `many`: rules and farms of the large one; the small one has 10 of both. */
export const kinds = [
  {
    id: "arr-hosts",
    title: "Host rules as imported from ARR",
    rule: importedHost,
    asked: byHost,
    many: [10_000, 1_000],
    indexed: true,
  },
  { id: "hosts", title: "Rules with `host`", rule: ownHost, asked: byHost, many: [10_000, 1_000], indexed: true },
  {
    id: "paths",
    title: "Rules for path prefixes",
    rule: pathPrefix,
    asked: byPath,
    many: [10_000, 1_000],
    indexed: true,
  },
  {
    id: "mixed",
    title: "Host rules with two conditions that set headers",
    rule: mixed,
    asked: byHost,
    many: [10_000, 1_000],
    indexed: true,
  },
  {
    id: "regex-hosts",
    title: "Hosts as `^(www\\|mail)\\.`, for which there is no index",
    rule: regexHost,
    asked: byService,
    many: [1_000, 1_000],
    indexed: false,
  },
];

export const few = [10, 10];

/** The rule and the farm that a reload changes: no request is for them. */
const variable = 3;

/** For what no rule knows. */
const forTheRest = { path: "/", farm: "farm0" };

/** `byRoutes`: routes that lead to the same farms instead of the rules. `variant`: one rule and one farm differ from one to the next. */
export function documentOf({ rule, asked }, { size: [rules, farms], byRoutes }, place) {
  const { port, adminPort, memberPort, variant = 0 } = place;
  const farm = (number) => ({
    servers: ["s"],
    health: "off",
    timeouts: { response: `${number === variable ? 60 + variant : 60}s` },
  });
  const numbers = Array.from({ length: rules }, (_, number) => number);
  return {
    listen: [{ address: "127.0.0.1", port }],
    admin: adminPort === undefined ? "off" : { port: adminPort },
    servers: { s: `http://127.0.0.1:${memberPort}` },
    farms: Object.fromEntries(Array.from({ length: farms }, (_, number) => [`farm${number}`, farm(number)])),
    routes: [...(byRoutes ? numbers.map((number) => routeOf(asked(number), number % farms)) : []), forTheRest],
    ...(byRoutes ? {} : { rules: numbers.map((number) => ruleOf(rule, number, { farms, variant })) }),
  };
}

function routeOf({ host, path }, farm) {
  return { host, path: path.replace(/\/[^/]*$/, ""), farm: `farm${farm}` };
}

function ruleOf(rule, number, { farms, variant }) {
  const name = `rule ${number}`;
  const more = number === variable ? { set: { HTTP_X_VARIANT: `${variant}` } } : {};
  return { name, ...more, ...rule(number), farm: `farm${number % farms}`, stop: true };
}

/** From the beginning, the middle and the end of the rules, as many of each, and what no rule is for. */
export function requestsOf({ asked }, rules) {
  const middle = Math.floor(rules / 2);
  const numbers = [0, 1, 2, middle - 1, middle, middle + 1, rules - 3, rules - 2, rules - 1];
  return [...numbers, 20_001, 20_002, 20_003].map((number) => ({ number, ...asked(number) }));
}
