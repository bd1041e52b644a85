import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { heldBytes } from "../../test/support/held-memory.ts";
import { randomRules } from "../../test/support/random-rules.ts";
import { compileHostTest } from "./host-test.ts";
import { compilePattern } from "./pattern.ts";
import type { ConditionConfig, PatternConfig, PatternSyntax, RuleConfig } from "./rule-config.ts";
import { RuleIndex, type Candidates } from "./rule-index.ts";

const plain: RuleConfig = {
  name: "r",
  syntax: "ecmascript",
  host: null,
  https: null,
  path: null,
  grouping: "all",
  captures: "last",
  conditions: [],
  set: [],
  action: { kind: "none" },
  stop: false,
};
const aRule = (rest: Partial<RuleConfig>): RuleConfig => ({ ...plain, ...rest });
const pattern = (text: string): PatternConfig => ({ pattern: text, ignoreCase: true, negate: false });

/** All candidates as the rules are tried: one after the other. */
function found(candidates: Candidates, host: string, path: string): number[] {
  candidates.locate(host, path);
  const numbers: number[] = [];
  for (let number = candidates.next(0); number !== -1; number = candidates.next(number + 1)) numbers.push(number);
  return numbers;
}

function matches({ pattern: text, ignoreCase, negate }: PatternConfig, syntax: PatternSyntax, input: string): boolean {
  const compiled = compilePattern(text, syntax, ignoreCase);
  assert.ok(compiled.ok);
  return (compiled.pattern.match(input) !== null) !== negate;
}

/** Could the rule match, as far as host and path go? `authority`: as {HTTP_HOST} has it. */
function mayMatch({ host, path, syntax, conditions, grouping }: RuleConfig, authority: string, input: string): boolean {
  const name = nameOf(authority);
  if (host !== null && !compileHostTest(host)(name)) return false;
  if (path !== null && !matches(path, syntax, input)) return false;
  const holds = (one: ConditionConfig): boolean => !isHost(one) || matches(one, syntax, authority);
  return conditions.length === 0 || (grouping === "all" ? conditions.every(holds) : conditions.some(holds));
}

const isHost = ({ input }: ConditionConfig): boolean => /^\{HTTP[_-]HOST\}$/i.test(input);
const nameOf = (authority: string): string => authority.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");

const segment = fc.constantFrom("a", "b", "A", "É", "owa", "");
const paths = fc.array(segment, { maxLength: 4 }).map((parts) => parts.join("/"));
const authorities = fc
  .tuple(fc.constantFrom("a.x", "A.x", "b", "b.a.x", "a.x.", "x", "a", "[::1]"), fc.constantFrom("", ":8443"))
  .map((parts) => parts.join(""));

/** Patterns that the index looks into. */
const literalPatterns: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("^", "", "^(", "^(?:"),
    fc.constantFrom("a", "a/b", "owa", "É", "a\\.x", "A", "", "a/", "/a"),
    fc.constantFrom("", "$", "(/.*)?$", "/", "/.*", "(:\\d+)?$", "\\b", "|b", "*", "s?$", "\\.", "(?=/)"),
  )
  .map(([start, text, end]) => start + text + (start.includes("(") ? ")" : "") + end)
  .filter((text) => compilePattern(text, "ecmascript", true).ok);
const wildcards = fc.constantFrom("a*", "a/*", "*", "?", "a.x*", "a.*", "a.x", "*.x", "A/b", "", "a/b/*", "/a*");

const ruleOnPath: fc.Arbitrary<RuleConfig> = fc
  .constantFrom<PatternSyntax>("ecmascript", "ecmascript", "wildcard", "exact")
  .chain((syntax) => {
    const text = syntax === "ecmascript" ? literalPatterns : wildcards;
    const one = fc.record({ pattern: text, ignoreCase: fc.boolean(), negate: fc.constantFrom(false, false, true) });
    const input = fc.constantFrom("{HTTP_HOST}", "{http-host}", "{URL}", "{HTTP_HOST}x");
    const parts = fc.record({
      syntax: fc.constant(syntax),
      host: fc.constantFrom(null, null, "a.x", "*.x", "a.*", "b", "[::1]"),
      path: fc.option(one, { nil: null }),
      grouping: fc.constantFrom("all" as const, "any" as const),
      conditions: fc.array(
        fc.tuple(input, one).map(([name, rest]) => ({ ...rest, input: name })),
        { maxLength: 2 },
      ),
    });
    return parts.map(aRule);
  });

const manyRules = fc.oneof(
  fc.array(ruleOnPath, { minLength: 1, maxLength: 12 }),
  randomRules.map(({ inbound }) => [...inbound]),
);

describe("the index of rules", () => {
  it("leaves out no rule that matches, and keeps their order", () => {
    let left = 0;
    let all = 0;
    const places = fc.array(fc.tuple(authorities, paths), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(manyRules, places, (rules, requests) => {
        const candidates = new RuleIndex(rules).candidates();
        for (const [authority, path] of requests) {
          const numbers = found(candidates, nameOf(authority), path);
          assert.deepEqual(
            numbers,
            [...new Set(numbers)].toSorted((a, b) => a - b),
          );
          const missing = rules.flatMap((rule, number) =>
            mayMatch(rule, authority, path) && !numbers.includes(number) ? [rule] : [],
          );
          assert.deepEqual(missing, [], `${authority} /${path}`);
          left += numbers.length;
          all += rules.length;
        }
      }),
      { numRuns: 2000 },
    );
    assert.ok(left < all * 0.8, `${left} of ${all} are left: it leaves nothing out`);
  });

  it("leaves out what is for other hosts and paths", () => {
    const rules = [
      aRule({ host: "a.x", path: pattern("^owa(/.*)?$") }),
      aRule({ path: pattern("^owa/auth/.*$") }),
      aRule({ path: pattern("^ews") }),
      aRule({ host: "*.x" }),
      aRule({ host: "b.*" }),
      aRule({ conditions: [{ ...pattern("^c\\.x$"), input: "{HTTP_HOST}" }] }),
      aRule({ path: pattern("^$") }),
    ];
    const candidates = new RuleIndex(rules).candidates();
    assert.deepEqual(found(candidates, "a.x", "owa/auth/logon"), [0, 1, 2, 3]);
    assert.deepEqual(found(candidates, "b.y", "OWA"), [2, 4]);
    assert.deepEqual(found(candidates, "c.x", ""), [2, 3, 5, 6]);
    assert.deepEqual(found(candidates, "d", "owas"), [2]);
  });

  it("keeps what asks for the root's dot in {HTTP_HOST}, which names are compared without", () => {
    const rules = [aRule({ conditions: [{ ...pattern("^mail\\.x\\."), input: "{HTTP_HOST}" }] })];
    assert.deepEqual(found(new RuleIndex(rules).candidates(), nameOf("mail.x."), ""), [0]);
  });

  it("finds the few of very many rules", () => {
    const rules = Array.from({ length: 20_000 }, (_, number) =>
      aRule({ host: `h${number}.test`, path: number % 2 === 0 ? pattern(`^p${number}(/.*)?$`) : null }),
    );
    const candidates = new RuleIndex([...rules, aRule({})]).candidates();
    assert.deepEqual(found(candidates, "h1000.test", "p1000/x"), [1000, 20_000]);
    assert.deepEqual(found(candidates, "h1000.test", "p1001/x"), [20_000]);
    assert.deepEqual(found(candidates, "h1001.test", "x"), [1001, 20_000]);
    assert.deepEqual(found(candidates, "other.test", ""), [20_000]);
  });

  it("goes on where host and path change on the way", () => {
    const rules = [aRule({ host: "a.x" }), aRule({ host: "b.x" }), aRule({}), aRule({ host: "a.x" })];
    const candidates = new RuleIndex(rules).candidates();
    candidates.locate("a.x", "");
    assert.equal(candidates.next(0), 0);
    candidates.locate("b.x", "");
    assert.deepEqual([candidates.next(1), candidates.next(2), candidates.next(3)], [1, 2, -1]);
  });

  it("does not remember more and more hosts", () => {
    const candidates = new RuleIndex([aRule({ host: "*.test" }), aRule({ host: "h7.test" })]).candidates();
    const held = heldBytes(() => {
      for (let index = 0; index < 60_000; index++) candidates.locate(`${index}${"h".repeat(200)}.test`, "");
      return candidates;
    });
    assert.ok(held < 8_000_000, `${held} bytes`);
    assert.deepEqual(found(candidates, "h7.test", ""), [0, 1]);
    assert.deepEqual(found(candidates, "7.test", ""), [0]);
  });
});
