import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rulesOf } from "../../test/support/rules.ts";
import { compileRules } from "./compile-rules.ts";
import type { RuleOutcome } from "./rule-outcome.ts";

function outcomeOf(rules: string, fields: readonly string[]): RuleOutcome | "malformed" | undefined {
  const start = "GET /a HTTP/1.1\r\n";
  const head = `${[`${start}Host: x.test`, ...fields].join("\r\n")}\r\n\r\n`;
  const request = { method: "GET", target: "/a", host: "x.test", https: false, version: "1.1", head } as const;
  const addresses = { clientAddress: "192.0.2.1", clientPort: 1, localAddress: "", localPort: 80 };
  return compileRules(rulesOf(rules))?.apply({ ...request, fieldsStart: start.length, ...addresses }, null);
}

/** A condition that only the linear engine takes, on a header; it blocks what it finds. */
const blocks = (count: number): string =>
  `rules:\n${Array.from(
    { length: count },
    (_, index) =>
      `  - { name: r${index}, conditions: [{ input: "{HTTP_X_LONG}", pattern: "(a.*b.*c.*)+!$" }], respond: { status: 403 } }`,
  ).join("\n")}`;

describe("the work that patterns make of one request", () => {
  it("is bounded: with longer and longer headers a request is refused, and no rule is passed over", () => {
    const [one, many] = [blocks(1), blocks(50)];
    const found = (rules: string, length: number): unknown => {
      const outcome = outcomeOf(rules, [`X-Long: ${"abc".repeat(length / 3)}!`]);
      return outcome === "malformed" ? outcome : outcome?.kind;
    };
    assert.equal(found(one, 300), "respond");
    assert.equal(found(many, 300), "respond");
    const long = [`X-Long: ${"abc".repeat(20_000)}`];
    assert.equal(outcomeOf(many, long), "malformed");
    // What is spent must not look like a pattern that does not match.
    const passed = `${many}\n  - { name: last, conditions: [{ input: "{HTTP_X_LONG}", pattern: "(d.*e.*f.*)+!$", negate: true }], farm: app }`;
    assert.equal(outcomeOf(passed, long), "malformed");
    assert.notEqual(outcomeOf(many, [`X-Long: ${"abc".repeat(100)}`]), "malformed");
  });
});

describe("a header in a rule", () => {
  it("is also the one that servers read as the same, with _ in its name", () => {
    const rules = `rules: [{ name: r, conditions: [{ input: "{HTTP_X_ROLE}", pattern: "admin" }], respond: { status: 403 } }]`;
    for (const field of ["X-Role: admin", "X_Role: admin", "x_ROLE:admin"]) {
      const outcome = outcomeOf(rules, ["A_b: 1", field]);
      assert.equal(outcome === "malformed" ? outcome : outcome?.kind, "respond", field);
    }
    const other = outcomeOf(rules, ["X_Rule: admin", "XX_Role: admin", "X_Role_: admin"]);
    assert.equal(other === "malformed" ? other : other?.kind, "forward");
  });
});
