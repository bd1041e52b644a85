import { compileConditions, patternOf, type Conditions } from "./conditions.ts";
import { compileHostTest, type HostTest } from "./host-test.ts";
import type { Pattern } from "./pattern.ts";
import { compileAction, type Action } from "./rule-action.ts";
import type { RuleConfig } from "./rule-config.ts";
import { compileSetter, type Setter } from "./rule-set.ts";
import type { TemplateScope } from "./template.ts";

/** One rule made ready for use. */
export interface Rule {
  readonly config: RuleConfig;
  readonly host: HostTest | null;
  readonly path: Pattern | null;
  readonly conditions: Conditions | null;
  readonly set: readonly Setter[];
  readonly action: Action;
}

export function compileRule(config: RuleConfig, scope: TemplateScope): Rule {
  return {
    config,
    host: config.host === null ? null : compileHostTest(config.host),
    path: config.path === null ? null : patternOf(config.path, config.syntax),
    conditions: compileConditions(config, config.syntax, scope),
    set: config.set.map((one) => compileSetter(one, scope)),
    action: compileAction(config.action, config.name, scope),
  };
}
