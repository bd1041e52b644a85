import type { XmlElement } from "./xml-element.ts";

/** What `<clear/>`, `<remove name="…"/>` and elements of `kind`, one after the other, leave of what was there before. */
export function inForce(
  kind: string,
  elements: readonly XmlElement[],
  before: readonly XmlElement[] = [],
): readonly XmlElement[] {
  let found = [...before];
  for (const element of elements) {
    if (element.name === "clear") found = [];
    if (element.name === "remove") found = found.filter((one) => keyOf(one) !== keyOf(element));
    if (element.name === kind) found.push(element);
  }
  return found;
}

function keyOf({ attributes }: XmlElement): string {
  return attributes.get("name")?.value.trim().toLowerCase() ?? "";
}
