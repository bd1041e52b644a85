import { variableKind, variableNames } from "./server-variables.ts";
import { allParts, templateParts, type TemplatePart } from "./template-parts.ts";

/** What may be named in a template at its place. */
export interface TemplateContext {
  /** Groups of the rule's own pattern; -1 = there is none to take from, since it is negated. */
  readonly ruleGroups: number;
  /** The highest {C:n} there can be; -1 = no condition before it captures anything. */
  readonly conditionGroups: number;
  /** Lower case. */
  readonly maps: ReadonlySet<string>;
  /** Variables that rules set, upper case. */
  readonly variables: ReadonlySet<string>;
  /** {RESPONSE_NAME} can be read here. */
  readonly response: boolean;
}

/** "problem": it can't be meant so. "warning": it stands for nothing. `word`: what could be a slip of the pen. */
export interface TemplateFault {
  readonly kind: "problem" | "warning";
  readonly message: string;
  readonly word?: string;
  readonly candidates?: readonly string[];
}

export function templateFaults(template: string, context: TemplateContext): TemplateFault[] {
  return [...allParts(templateParts(template))].flatMap((part) => faultOf(part, context) ?? []);
}

function faultOf(part: TemplatePart, context: TemplateContext): TemplateFault | null {
  if (part.kind === "capture") {
    return part.of === "rule" ? ruleFault(part.group, context) : conditionFault(part.group, context);
  }
  if (part.kind === "variable") return variableFault(part.name, context);
  if (part.kind !== "map" || context.maps.has(part.name.toLowerCase())) return null;
  return unknownMap(part.name, context.maps);
}

function problem(message: string): TemplateFault {
  return { kind: "problem", message };
}

function warning(message: string): TemplateFault {
  return { kind: "warning", message };
}

function ruleFault(group: number, { ruleGroups }: TemplateContext): TemplateFault | null {
  if (ruleGroups === -1)
    return warning(`{R:${group}} is always empty here: a pattern that is negated captures nothing`);
  if (group <= ruleGroups) return null;
  return problem(
    `{R:${group}} is of a group that is not there: the rule's pattern has ${groupsText(ruleGroups)} (put "( )" around what is meant)`,
  );
}

function conditionFault(group: number, { conditionGroups }: TemplateContext): TemplateFault | null {
  if (conditionGroups === -1) {
    return warning(`{C:${group}} is always empty here: no condition before it captures anything`);
  }
  if (group <= conditionGroups) return null;
  return problem(
    `{C:${group}} is of a group that is not there: the conditions before it have ${groupsText(conditionGroups)} (put "( )" around what is meant)`,
  );
}

function groupsText(groups: number): string {
  if (groups === 0) return "no group, only {…:0}";
  return groups === 1 ? "one group" : `${groups} groups`;
}

function variableFault(name: string, { variables, response }: TemplateContext): TemplateFault | null {
  if (name.startsWith("RESPONSE_") && response) return null;
  const kind = variableKind(name);
  if (variables.has(name) || kind === "value" || kind === "header") return null;
  if (kind === "empty") return warning(`{${name}} is empty: IIS has it, but a router can't know it`);
  return {
    kind: "warning",
    message: `{${name}} is empty: it is no server variable, and no rule sets it`,
    word: name,
    candidates: [...variableNames, ...variables],
  };
}

function unknownMap(name: string, maps: ReadonlySet<string>): TemplateFault {
  const list = maps.size === 0 ? "there are none yet" : `there are ${[...maps].join(", ")}`;
  return {
    kind: "problem",
    message: `{${name}:…} is no function and no rewrite map: write one under \`rewriteMaps\` (${list})`,
    word: name,
    candidates: [...maps, "ToLower", "UrlEncode", "UrlDecode", "HtmlEncode"],
  };
}
