import { isAlias, isCollection, isMap, isNode, isScalar, isSeq } from "yaml";
import type { Document, Node, Pair } from "yaml";
import type { Path } from "./problem.ts";

interface Found {
  readonly key: Node | null;
  readonly value: Node | null;
}

/** The offset in the text of the value (or the key) at `path`, or of the nearest thing around it. */
export function locate(document: Document.Parsed, path: Path, at: "key" | "value"): number {
  let found: Found = { key: null, value: document.contents };
  let complete = true;
  for (const segment of path) {
    const next = step(resolved(found.value, document), segment);
    complete = next !== null;
    if (next === null) break;
    found = next;
  }
  const preferKey = complete ? at === "key" || !isVisible(found.value) : true;
  const node = preferKey ? (found.key ?? found.value) : (found.value ?? found.key);
  return node?.range?.[0] ?? 0;
}

function step(node: Node | null, segment: string | number): Found | null {
  if (isSeq(node) && typeof segment === "number") {
    const item: unknown = node.items[segment];
    return isNode(item) ? { key: null, value: item } : null;
  }
  if (!isMap(node)) return null;
  const pair = node.items.find((candidate) => keyText(candidate) === String(segment));
  return pair === undefined ? null : { key: asNode(pair.key), value: asNode(pair.value) };
}

const keyText = (pair: Pair): string | null => (isScalar(pair.key) ? scalarText(pair.key.value) : null);
const scalarText = (value: unknown): string =>
  typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);
const asNode = (value: unknown): Node | null => (isNode(value) ? value : null);

function resolved(node: Node | null, document: Document.Parsed): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}

/** Scalars and `[flow]` collections stand beside their key; a block collection is better shown by its key. */
function isVisible(node: Node | null): boolean {
  if (isCollection(node)) return node.flow === true;
  if (isScalar(node)) return node.range != null && node.range[1] > node.range[0];
  return node !== null;
}
