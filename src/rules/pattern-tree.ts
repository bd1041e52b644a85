import type { AST } from "@eslint-community/regexpp";

export type GroupElement = AST.Group | AST.CapturingGroup;

/** What stands for one UTF-16 unit in a pattern. */
export type UnitElement = AST.Character | AST.CharacterSet | AST.CharacterClass;

export function isGroup(node: AST.Node): node is GroupElement {
  return node.type === "Group" || node.type === "CapturingGroup";
}

export function isLookaround(node: AST.Node): node is AST.LookaroundAssertion {
  return node.type === "Assertion" && (node.kind === "lookahead" || node.kind === "lookbehind");
}

export function isUnitElement(node: AST.Node): node is UnitElement {
  return node.type === "Character" || node.type === "CharacterSet" || node.type === "CharacterClass";
}

/** Can it match at the very start of the input alone? */
function isStart(element: AST.Element): boolean {
  if (element.type === "Assertion") return element.kind === "start";
  return isGroup(element) && element.alternatives.every(isAnchored);
}

export function isAnchored({ elements: [first] }: Pick<AST.Alternative, "elements">): boolean {
  return first !== undefined && isStart(first);
}

/** Can it match without taking a unit of the input? */
export function canBeEmpty(element: AST.Element): boolean {
  if (element.type === "Assertion" || element.type === "Backreference") return true;
  if (element.type === "Quantifier") return element.min === 0 || canBeEmpty(element.element);
  return isGroup(element) && element.alternatives.some(({ elements }) => elements.every(canBeEmpty));
}

/** Is there something in it that takes nothing and does not hold everywhere? */
export function hasAssertion(element: AST.Element): boolean {
  if (element.type === "Assertion" || element.type === "Backreference") return true;
  if (element.type === "Quantifier") return hasAssertion(element.element);
  return isGroup(element) && element.alternatives.some(({ elements }) => elements.some(hasAssertion));
}

/** From left to right, as they are numbered. */
export function capturingGroups(node: AST.Pattern | AST.Element): AST.CapturingGroup[] {
  if (node.type === "Quantifier") return capturingGroups(node.element);
  if (!("alternatives" in node)) return [];
  const inner = node.alternatives.flatMap(({ elements }) => elements.flatMap(capturingGroups));
  return node.type === "CapturingGroup" ? [node, ...inner] : inner;
}
