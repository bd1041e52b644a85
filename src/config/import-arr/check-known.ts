import type { ImportFindings } from "./import-finding.ts";
import { didYouMean } from "../did-you-mean.ts";
import type { KnownElement } from "./known-elements.ts";
import type { XmlElement } from "./xml-element.ts";

/** Tells of what stands in an element that is read, and is not understood. */
export function checkKnown(element: XmlElement, known: KnownElement, findings: ImportFindings): void {
  for (const [name, { value, place }] of element.attributes) {
    if (name === "configSource") {
      const read = `<${element.name} configSource=${JSON.stringify(value)}>`;
      const consequence = "put the content of that file in the place of this element, and import again";
      findings.leftOut(place, read, "the section is in another file, which is not read", consequence);
      continue;
    }
    if (known.attributes.includes(name) || name.startsWith("xml") || name.startsWith("lock")) continue;
    const read = `<${element.name} ${name}=${JSON.stringify(value)}>`;
    findings.leftOut(place, read, `an unknown attribute${didYouMean(name, known.attributes)}`, hint(element, name));
  }
  const children = known.children ?? {};
  for (const child of element.children) {
    const below = children[child.name];
    if (below !== undefined) checkKnown(child, below, findings);
    else {
      const read = `<${child.name}> in <${element.name}>`;
      findings.leftOut(
        child.place,
        read,
        `an unknown element${didYouMean(child.name, Object.keys(children))}`,
        skipped,
      );
    }
  }
}

const skipped = "it does nothing here";

/** The names of the live traffic test's attributes are not documented anywhere. */
function hint({ name }: XmlElement, attribute: string): string {
  if (name !== "healthCheck" || !/live|fail|min|threshold/i.test(attribute)) return skipped;
  return "if it belongs to the live traffic test: write `liveTraffic` or `minimumServers` in the farm";
}
