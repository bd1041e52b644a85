import { templateFaults, type TemplateContext } from "../rules/check-template.ts";
import { variableName } from "../rules/variable-name.ts";
import { didYouMean } from "./did-you-mean.ts";
import { createFarmNames, type FarmNames } from "./farm-names.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import type { Document } from "./read-document.ts";
import type { ResolveContext } from "./resolve-context.ts";

/** What rules may name. */
export interface RuleContext extends Pick<TemplateContext, "maps" | "variables"> {
  readonly document: Document;
  readonly farms: FarmNames;
  readonly context: ResolveContext;
  /** Patterns that were looked at for what they would cost elsewhere. */
  readonly looked: Set<string>;
}

/** Where templates stand, and what they may name there. */
export type TemplatePlaces = RuleContext & TemplateContext;

export function createRuleContext(document: Document, context: ResolveContext): RuleContext {
  const set = document.rules.flatMap(({ value }) => Object.keys(value?.set ?? {}));
  return {
    document,
    farms: createFarmNames(document),
    context,
    looked: new Set(),
    maps: new Map([...document.rewriteMaps.keys()].map((name) => [name.toLowerCase(), name])),
    variables: new Set(set.map((name) => variableName(name))),
  };
}

export function checkRuleName(name: string, path: Path, seen: Map<string, Path>, { findings }: ResolveContext): void {
  const twin = seen.get(name.toLowerCase());
  if (twin === undefined) seen.set(name.toLowerCase(), path);
  else {
    const message = `${quote(name)} is the name of the rule in line ${findings.lineOf(twin)} already: give this one another`;
    findings.problem([...path, "name"], message);
  }
}

/** Reports what a template names that is not there. */
export function checkTemplate(template: string, path: Path, places: TemplatePlaces): void {
  const { findings } = places.context;
  for (const { kind, message, word, candidates } of templateFaults(template, places)) {
    const hint = word === undefined ? "" : didYouMean(word, candidates ?? []);
    if (kind === "problem") findings.problem(path, message + hint);
    else findings.warning(path, message + hint);
  }
}
