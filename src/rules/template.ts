import { decodeText } from "./rule-path.ts";
import type { RewriteMaps } from "./rewrite-maps.ts";
import type { RuleState } from "./rule-state.ts";
import { readVariable, type ReadVariable } from "./server-variables.ts";
import { templateParts, type FunctionName, type TemplatePart } from "./template-parts.ts";

/** The text that a template stands for at the moment. */
export type Template = (state: RuleState) => string;

/** What a template needs that is not of the request: maps, and names beyond a request's variables. */
export interface TemplateScope {
  readonly maps: RewriteMaps;
  /** null = no other variable than a request's. */
  readonly extra: ((name: string) => ReadVariable | null) | null;
}

export function compileTemplate(text: string, scope: TemplateScope): Template {
  return joinTemplates(templateParts(text).map((part) => compilePart(part, scope)));
}

/** What the templates stand for, one behind the other. */
function joinTemplates(templates: readonly Template[]): Template {
  const [first, second] = templates;
  if (first === undefined) return () => "";
  if (second === undefined) return first;
  return (state) => {
    let text = "";
    for (const template of templates) text += template(state);
    return text;
  };
}

/** For a page: what is put into HTML is encoded for it, unless the template does that by itself. */
export function compileHtmlTemplate(text: string, scope: TemplateScope): Template {
  const pieces = templateParts(text).map((part): Template => {
    const value = compilePart(part, scope);
    const isHtml = part.kind === "text" || (part.kind === "function" && part.name === "htmlencode");
    return isHtml ? value : (state) => encodeHtml(value(state));
  });
  return joinTemplates(pieces);
}

export function compilePart(part: TemplatePart, scope: TemplateScope): Template {
  if (part.kind === "text") return () => part.text;
  if (part.kind === "capture") {
    return part.of === "rule"
      ? ({ ruleCaptures }) => ruleCaptures[part.group] ?? ""
      : ({ conditionCaptures }) => conditionCaptures[part.group] ?? "";
  }
  if (part.kind === "variable") return scope.extra?.(part.name) ?? readVariable(part.name);
  if (part.kind === "function") return compileFunction(functions[part.name], part.argument, scope);
  return compileFunction(scope.maps.get(part.name.toLowerCase()) ?? empty, part.argument, scope);
}

const empty = (): string => "";

function compileFunction(
  apply: (text: string) => string,
  argument: readonly TemplatePart[],
  scope: TemplateScope,
): Template {
  const inner = joinTemplates(argument.map((part) => compilePart(part, scope)));
  return (state) => apply(inner(state));
}

const htmlEscapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const functions: Readonly<Record<FunctionName, (text: string) => string>> = {
  tolower: (text) => text.toLowerCase(),
  // encodeURIComponent throws for half a pair, which becomes U+FFFD in bytes.
  urlencode: (text) => encodeURIComponent(Buffer.from(text).toString()),
  urldecode: (text) => decodeText(text),
  htmlencode: encodeHtml,
};

export function encodeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => htmlEscapes[character] ?? character);
}
