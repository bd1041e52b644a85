import type { TestContext } from "node:test";
import { Exchange } from "../../src/forward/exchange.ts";
import type { BodyRule, ReportProblem } from "../../src/rules/outbound/body-rule.ts";
import { createBodyRewriter } from "../../src/rules/outbound/body-rewriter.ts";

type Outbound = NonNullable<Exchange["outbound"]>;

/** Until the test ends, all requests of this process are given these outbound rules; no configuration has them. */
export function giveOutbound(t: TestContext, outbound: Outbound): void {
  const { prototype } = Exchange;
  const before = Object.getOwnPropertyDescriptor(prototype, "leaveLine") ?? {};
  // It is called before each attempt.
  function leaveLine(this: Exchange): void {
    this.outbound = outbound;
    Reflect.apply(before.value, this, []);
  }
  Object.defineProperty(prototype, "leaveLine", { ...before, value: leaveLine });
  t.after(() => Object.defineProperty(prototype, "leaveLine", before));
}

/** Only bodies are rewritten. */
export function giveBodyRules(
  t: TestContext,
  rules: readonly BodyRule[],
  report: ReportProblem = () => undefined,
): void {
  giveOutbound(t, (head) => {
    const body = createBodyRewriter(head, rules, report);
    return body === null ? null : { status: null, headers: [], body };
  });
}

/** Replaces one text by another wherever it stands. */
export function literalRule(text: string, value: string): BodyRule {
  return {
    name: text,
    attributes: null,
    find: (body, from) => {
      const index = body.indexOf(text, from);
      return index === -1 ? null : { index, captures: [text] };
    },
    longest: text.length,
    occurrences: 0,
    replace: () => value,
  };
}
