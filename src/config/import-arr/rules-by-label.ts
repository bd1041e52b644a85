import type { ConvertedRule } from "./convert-rule.ts";
import type { RuleScope } from "./rule-scope.ts";
import { overlap } from "./scope-overlap.ts";

/** Rules by the first label of their hosts, so that thousands of them are not compared with each other. */
export class RulesByLabel {
  readonly #byLabel = new Map<string, ConvertedRule[]>();
  /** Those that may be for hosts with any first label. */
  readonly #wide: ConvertedRule[] = [];
  readonly #all: ConvertedRule[] = [];

  add(rule: ConvertedRule): void {
    this.#all.push(rule);
    const labels = labelsOf(rule.scope);
    if (labels === null) this.#wide.push(rule);
    for (const label of labels ?? []) {
      const list = this.#byLabel.get(label);
      if (list === undefined) this.#byLabel.set(label, [rule]);
      else list.push(rule);
    }
  }

  /** In the order of the file, where they were added from its end. */
  get inOrder(): readonly ConvertedRule[] {
    return this.#all.toReversed();
  }

  /** Is one of those that are in force, and can be meant by a request that this scope is for, as `test` says? */
  hasOverlapping(scope: RuleScope, test: (rule: ConvertedRule) => boolean = () => true): boolean {
    const labels = labelsOf(scope);
    const near = labels === null ? [this.#all] : [this.#wide, ...labels.map((label) => this.#byLabel.get(label) ?? [])];
    return near.some((list) => list.some((one) => one.source.enabled && overlap(one.scope, scope) && test(one)));
  }
}

/** null = any. */
function labelsOf({ hosts }: RuleScope): readonly string[] | null {
  const labels = hosts.map((host) => (host === null || host.startsWith("*.") ? null : host.replace(/\..*$/, "")));
  const named = labels.filter((label) => label !== null);
  return named.length < labels.length ? null : [...new Set(named)];
}
