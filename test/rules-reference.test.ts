import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { RulesConfig } from "../src/rules/rule-config.ts";
import type { RuleOutcome } from "../src/rules/rule-outcome.ts";
import type { RuleRequest } from "../src/rules/rule-request.ts";
import { randomRequest, randomRules, traceVariable } from "./support/random-rules.ts";
import { referenceOutcome } from "./support/reference-rules.ts";
import { engineOf } from "./support/rules-engine.ts";

const runs = 1000;
const requests = fc.array(randomRequest, { minLength: 1, maxLength: 4 });

type Outcome = RuleOutcome | "malformed";

/** What the random rules came to: a test that never meets a rule would agree with anything. */
class Tally {
  readonly #counts = new Map<string, number>();

  add(outcome: Outcome): void {
    this.#count("all");
    const kind = outcome === "malformed" ? outcome : outcome.kind;
    this.#count(kind);
    const matched = matchedRules(outcome);
    if (matched >= 1) this.#count("matched");
    if (matched >= 2) this.#count("chain");
    if (outcome !== "malformed" && outcome.kind === "forward" && outcome.target !== null) this.#count("rewritten");
  }

  #count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** Of all outcomes. */
  share(name: string): number {
    return (this.#counts.get(name) ?? 0) / (this.#counts.get("all") ?? 1);
  }
}

/** Of one that ends with an answer, at least one. */
function matchedRules(outcome: Outcome): number {
  if (outcome === "malformed") return 0;
  return outcome.kind === "forward" ? (outcome.variables.get(traceVariable) ?? "").length : 1;
}

/** Nothing that the next server could read in another way, or as two lines. */
function assertSound(outcome: Outcome): void {
  if (outcome === "malformed") return;
  if (outcome.kind === "forward") assert.match(outcome.target ?? "*", /^(?:\/[!-~]*|\*)$/);
  if (outcome.kind === "redirect") assert.match(outcome.location, /^[!-~]+$/);
}

describe("random rules", () => {
  it("are met, rewrite, redirect and follow upon each other", () => {
    const tally = new Tally();
    fc.assert(
      fc.property(randomRules, requests, (config, all) => {
        for (const request of all) {
          const outcome = referenceOutcome(config, request);
          tally.add(outcome);
          assertSound(outcome);
        }
      }),
      { numRuns: runs },
    );
    const least = { matched: 0.2, chain: 0.04, rewritten: 0.1, redirect: 0.02, respond: 0.02, abort: 0.02 };
    for (const [name, share] of Object.entries(least)) {
      assert.ok(tally.share(name) >= share, `${name}: ${tally.share(name).toFixed(3)} of all, not ${share}`);
    }
  });

  it("have the same outcome by the engine", () => {
    fc.assert(
      fc.property(randomRules, requests, (config, all) => {
        const engine = engineOf(config);
        for (const request of all)
          assert.deepEqual(engine(request), referenceOutcome(config, request), text(config, request));
      }),
      { numRuns: runs },
    );
  });
});

/** For a person who looks for the difference. */
function text({ inbound }: RulesConfig, request: RuleRequest): string {
  return `${JSON.stringify(inbound, null, 1)}\n${request.https ? "tls" : "plain"} ${request.head}`;
}
