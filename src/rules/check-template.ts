import { variableKind, variableNames } from "./server-variables.ts";
import { allParts, templateParts, type TemplatePart } from "./template-parts.ts";
import { variableName } from "./variable-name.ts";

/** What may be named in a template at its place. */
export interface TemplateContext {
  /** Groups of the rule's own pattern; -1 = there is none to take from, since it is negated. */
  readonly ruleGroups: number;
  /** The highest {C:n} there can be; -1 = no condition before it captures anything. */
  readonly conditionGroups: number;
  /** As they are written, by lower-case names. */
  readonly maps: ReadonlyMap<string, string>;
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
  if (part.kind === "variable") return bareFault(part.name, context) ?? variableFault(part.name, context);
  if (part.kind === "text") return braceFault(part.text);
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
    `{R:${group}} is of a group that is not there: the rule's pattern has ${groupsText("R", ruleGroups)} (put "( )" around what is meant)`,
  );
}

function conditionFault(group: number, { conditionGroups }: TemplateContext): TemplateFault | null {
  if (conditionGroups === -1) {
    return warning(`{C:${group}} is always empty here: no condition before it captures anything`);
  }
  if (group <= conditionGroups) return null;
  return problem(
    `{C:${group}} is of a group that is not there: the conditions before it have ${groupsText("C", conditionGroups)} (put "( )" around what is meant)`,
  );
}

function groupsText(of: "R" | "C", groups: number): string {
  if (groups === 0) return `no group, only {${of}:0}`;
  return groups === 1 ? "one group" : `${groups} groups`;
}

/** A name that stands with a ":" and something behind it, here without. */
function bareFault(name: string, { maps, variables }: TemplateContext): TemplateFault | null {
  if (variables.has(name)) return null;
  const capture = /^([RC])(\d*)$/.exec(name);
  if (capture !== null) {
    return problem(
      `{${name}} is no variable: write {${capture[1]}:${capture[2] === "" ? "1" : capture[2]}} for what a group has matched`,
    );
  }
  const map = [...maps.values()].find((one) => variableName(one) === name);
  if (map !== undefined) {
    return problem(`{${map}} is a rewrite map without a key: write what is looked up, such as {${map}:{REQUEST_URI}}`);
  }
  const called = functionNames.find((one) => variableName(one) === name);
  return called === undefined ? null : problem(`{${called}} is a function without a text: write {${called}:{R:1}}`);
}

const functionNames: readonly string[] = ["ToLower", "UrlEncode", "UrlDecode", "HtmlEncode"];

/** A reference that was not closed, or has spaces in it, is text. */
function braceFault(text: string): TemplateFault | null {
  for (const [start, capture, name = ""] of text.matchAll(/\{\s*(?:([RC])\s*:\s*\d|([A-Z][A-Z\d_]*)\b)/g)) {
    if (capture === undefined && variableKind(name) === "unknown") continue;
    return warning(`"${start}" is text here and stands for nothing: write it without spaces, and close it with "}"`);
  }
  return null;
}

function variableFault(name: string, { variables, response }: TemplateContext): TemplateFault | null {
  if (name.startsWith("RESPONSE_") && response) return null;
  const kind = variableKind(name);
  if (variables.has(name) || kind === "value" || kind === "header") return null;
  if (name.startsWith("RESPONSE_")) {
    return warning(`{${name}} is empty: rules are tried before there is a response, write an outbound rule`);
  }
  if (kind === "empty") return warning(`{${name}} is empty: IIS has it, but a router can't know it`);
  return {
    kind: "warning",
    message: `{${name}} is empty: it is no server variable, and no rule sets it`,
    word: name,
    candidates: [...variableNames, ...variables, ...(response ? ["RESPONSE_STATUS"] : [])],
  };
}

function unknownMap(name: string, maps: TemplateContext["maps"]): TemplateFault {
  if (/^[RC]$/i.test(name)) return problem(`{${name}:…} needs the number of a group: write one such as {${name}:1}`);
  const list = maps.size === 0 ? "there are none yet" : `there are ${[...maps.values()].join(", ")}`;
  return {
    kind: "problem",
    message: `{${name}:…} is no function and no rewrite map: write one under \`rewriteMaps\` (${list})`,
    word: name,
    candidates: [...maps.values(), ...functionNames],
  };
}
