import type { ConditionStep, RuleStep } from "../rules/rule-trace.ts";
import { type Paint, plainText } from "./terminal.ts";

export interface RulesStyle {
  /** Rules that do not match as well, however many. */
  readonly all: boolean;
  readonly paint: Paint;
}

/** More than those that do not match are only counted. */
const maxUnmatched = 20;

/** Every rule that was tried, with its input, pattern and captures. */
export function explainedRules(rules: readonly RuleStep[], { all, paint }: RulesStyle): string {
  const matched = rules.filter((step) => step.matched);
  const unmatched = rules.length - matched.length;
  const shown = all || unmatched <= maxUnmatched ? rules : matched;
  const left = rules.length - shown.length;
  const title = `${paint("strong", "Rules")}  ${matched.length} of ${rules.length} that were tried match`;
  return [
    title,
    ...shown.map((step) => stepText(step, paint)),
    ...(left === 0 ? [] : [`  ${paint("faint", `${left} that do not match are not shown; --all shows them`)}`]),
  ].join("\n");
}

function stepText(step: RuleStep, paint: Paint): string {
  const { rule, matched, because } = step;
  const mark = matched ? paint("good", "+") : paint("faint", "-");
  const name = matched ? paint("strong", plainText(rule)) : plainText(rule);
  if (because === "host" || because === "https") {
    return `  ${mark} ${name}  ${paint("faint", because === "host" ? "is for another host" : "is for the other scheme")}`;
  }
  const lines = [pathText(step), ...step.conditions.map(conditionText), ...(matched ? actionLines(step) : [])];
  const indented = lines.filter((line) => line !== "").map((line) => `      ${plainText(line)}`);
  return [`  ${mark} ${name}`, ...(matched ? indented : indented.map((line) => paint("faint", line)))].join("\n");
}

function pathText({ path, input, because, captures }: RuleStep): string {
  if (path === null) return "";
  const found = because !== "path";
  return `path ${quoted(input)} ${verb(found, path.negate)} ${path.pattern}${capturesText("R", captures)}`;
}

function conditionText({ input, value, pattern, negate, matched, captures }: ConditionStep): string {
  return `${input} is ${quoted(value)}: ${verb(matched, negate)} ${pattern}${capturesText("C", captures)}`;
}

/** A negated pattern holds where the text does not match it. */
function verb(holds: boolean, negate: boolean): string {
  return holds === negate ? "does not match" : "matches";
}

function capturesText(letter: "R" | "C", captures: readonly string[]): string {
  const texts = captures.map((text, index) => `{${letter}:${index}} ${quoted(text)}`);
  return texts.length < 2 ? "" : `   ${texts.join("  ")}`;
}

function actionLines({ set, action, farm, target, stops }: RuleStep): string[] {
  const settings = set.map(([name, value]) => (value === "" ? `removes ${name}` : `sets ${name} to ${quoted(value)}`));
  const last = stops ? "; no rule behind it is tried" : "";
  if (action === "rewrite") {
    return [...settings, `${farm === null ? "the routes decide" : `to the farm ${farm}`}, as ${target}${last}`];
  }
  return [...settings, action === "none" ? `has no action${last}` : `answers: ${action}`];
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
