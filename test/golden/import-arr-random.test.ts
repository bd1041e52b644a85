import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { documentText } from "../../src/config/import-arr/document-text.ts";
import { importArr } from "../../src/config/import-arr/import-arr.ts";
import { recogniseExchange } from "../../src/exchange/recognise-exchange.ts";
import { arrReference } from "../support/arr-reference.ts";
import { importedRouter, requestOf } from "../support/imported-router.ts";

const conditions = [
  "",
  '<add input="{HTTPS}" pattern="on"/>',
  '<add input="{HTTPS}" pattern="off"/>',
  '<add input="{HTTP_HOST}" pattern="mail.x.com"/>',
  '<add input="{HTTP_HOST}" pattern="mail.*"/>',
  '<add input="{HTTP_HOST}" pattern="*.x.com"/>',
  '<add input="{HTTP_HOST}" pattern="web.y.com" negate="true"/>',
  '<add input="{QUERY_STRING}" pattern="*a=*"/>',
];
const wildcards = ["*", "owa/*", "owa", "*.jpg"];
const regexes = ["(.*)", "^owa(/.*)?$", "^owa/auth(/.*)?$", "^$", "^ow", "owa$"].map(
  (url) => `ECMAScript" url="${url}`,
);
const matches = [...wildcards.map((url) => `Wildcard" url="${url}`), ...regexes];
const actions = [
  ...[
    "https://mail/{R:0}",
    "https://web{REQUEST_URI}",
    "http://mail{URL}",
    "https://web/app/{R:0}",
    "/moved/{R:0}",
  ].map((url) => `<action type="Rewrite" url="${url}" appendQueryString="${!url.includes("REQUEST_URI")}"/>`),
  '<action type="Redirect" url="https://{HTTP_HOST}/{R:0}"/>',
  '<action type="CustomResponse" statusCode="404"/>',
  '<action type="CustomResponse" statusCode="403" statusDescription="no"/>',
  '<action type="AbortRequest"/>',
  '<action type="None"/>',
];

const rule = fc.record({
  match: fc.constantFrom(...matches),
  conditions: fc.uniqueArray(fc.constantFrom(...conditions), { maxLength: 2 }),
  any: fc.boolean(),
  stop: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  enabled: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  action: fc.constantFrom(...actions),
});
type RandomRule = typeof rule extends fc.Arbitrary<infer T> ? T : never;

/** Conditions are in the rule's syntax. */
function ruleXml({ match, any, stop, enabled, action, ...others }: RandomRule, index: number): string {
  const [syntax = "", url = ""] = match.split('" url="');
  const written = others.conditions
    .map((one) =>
      syntax === "Wildcard"
        ? one
        : one.replace(/pattern="([^"]*)"/, (_, pattern: string) => `pattern="${asRegex(pattern)}"`),
    )
    .join("");
  return `<rule name="rule ${index}" patternSyntax="${syntax}" stopProcessing="${stop}" enabled="${enabled}"><match url="${url}"/>
    <conditions logicalGrouping="${any ? "MatchAny" : "MatchAll"}">${written}</conditions>${action}</rule>`;
}

function asRegex(wildcard: string): string {
  return `^${wildcard.replaceAll(".", String.raw`\.`).replaceAll("*", ".*")}$`;
}

function binding(protocol: string, port: number): string {
  return `<binding protocol="${protocol}" bindingInformation="*:${port}:"/>`;
}

function fileOf(rules: readonly RandomRule[], plain: boolean): string {
  return `<configuration>
    <system.applicationHost><sites><site name="s"><bindings>${binding("https", 443)}${plain ? binding("http", 80) : ""}</bindings></site></sites></system.applicationHost>
    <webFarms>${["mail", "web"].map((name) => `<webFarm name="${name}"><server address="${name}1"/></webFarm>`).join("")}</webFarms>
    <system.webServer><rewrite><globalRules>${rules.map(ruleXml).join("\n")}</globalRules></rewrite></system.webServer></configuration>`;
}

const hosts = ["mail.x.com", "mail.y.com", "web.y.com", "a.x.com", "x.com"];
const targets = ["/", "/?a=b", "/owa", "/owa/", "/owa/auth?x", "/owa/authx", "/OWAx?a=1", "/a/b.jpg", "/a/owa"];

test("whatever the rules, every request goes where IIS sends it", () => {
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 5 }), fc.boolean(), (rules, plain) => {
      const xml = fileOf(rules, plain);
      const imported = importArr(Buffer.from(xml), { certificate: "certificate.pem" });
      assert.ok(imported.ok);
      const recognised = recogniseExchange(imported.document, imported.places);
      const document = recognised?.document ?? imported.document;
      if (document.routes.length === 0 && document.rules.length === 0) return;
      const router = importedRouter(documentText(document, []));
      const arr = arrReference(xml, []);
      for (const https of plain ? [true, false] : [true]) {
        for (const host of hosts) {
          for (const target of targets) {
            const request = requestOf(https, host, target);
            assert.equal(
              router(request),
              arr(request),
              `${https ? "https" : "http"}://${host}${target}\n${xml}\n${documentText(document, [])}`,
            );
          }
        }
      }
    }),
    { numRuns: 150 },
  );
});
