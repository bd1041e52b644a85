import type { Place } from "../place.ts";
import { checkKnown } from "./check-known.ts";
import { convertFile, maxRules, type Converted } from "./convert-file.ts";
import { decodeXml } from "./decode-xml.ts";
import type { ImportDocument } from "./import-document.ts";
import { ImportFindings, type ImportFinding } from "./import-finding.ts";
import { knownSections, type KnownElement } from "./known-elements.ts";
import { readXml } from "./read-xml.ts";
import { descendant, type XmlElement } from "./xml-element.ts";

export interface ImportOptions {
  /** The file with the listeners' certificate, as the configuration names it. */
  readonly certificate: string;
}

export type ArrImport =
  | {
      readonly ok: true;
      readonly document: ImportDocument;
      /** Where the farms stand in the file, by their new names. */
      readonly places: ReadonlyMap<string, Place>;
      readonly findings: readonly ImportFinding[];
      /** Names that clients ask for; "*.x" as in certificates. */
      readonly hosts: readonly string[];
    }
  | { readonly ok: false; readonly place: Place; readonly message: string };

const start: Place = { line: 1, column: 1 };

/** An applicationHost.config or web.config as a configuration of ours. Never throws. */
export function importArr(bytes: Uint8Array, { certificate }: ImportOptions): ArrImport {
  const decoded = decodeXml(bytes);
  if (!decoded.ok) return { ok: false, place: start, message: decoded.message };
  if (decoded.text.trim() === "")
    return { ok: false, place: start, message: "the file is empty: expected <configuration>" };
  const xml = readXml(decoded.text);
  if (!xml.ok) return xml;
  const { root } = xml;
  if (root.name !== "configuration") {
    const message = `<${root.name}> is not the configuration of IIS: expected <configuration>`;
    return { ok: false, place: root.place, message };
  }
  const findings = new ImportFindings();
  checkSections(root, findings);
  return finish(convertFile(root, certificate, findings), findings);
}

function finish(converted: Converted | "too many rules" | null, findings: ImportFindings): ArrImport {
  if (converted === "too many rules") {
    const message = `more than ${maxRules} rules are not read: put what differs by a name or a path into a rewrite map`;
    return { ok: false, place: start, message };
  }
  if (converted === null) {
    const message =
      "there is no server farm and no rewrite rule in it: expected <webFarms>, or <rewrite> in <system.webServer>";
    return { ok: false, place: start, message };
  }
  return { ok: true, ...converted, findings: findings.all() };
}

/** Tells of what is not understood in the sections that are read. */
function checkSections(root: XmlElement, findings: ImportFindings): void {
  const below = root.children.flatMap((child) => (child.name === "location" ? child.children : [child]));
  for (const [path, known] of Object.entries<KnownElement>(knownSections)) {
    const [first = "", ...others] = path.split("/");
    for (const element of below.filter(({ name }) => name === first)) {
      const section = descendant(element, ...others);
      if (section !== null) checkKnown(section, known, findings);
    }
  }
}
