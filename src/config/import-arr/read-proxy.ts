import type { ImportFindings } from "./import-finding.ts";
import { readProtocol, serverDefaults, type ReadProtocol } from "./read-protocol.ts";
import { Values } from "./read-values.ts";
import type { XmlElement } from "./xml-element.ts";

/** What holds for hosts that are no farm. */
export interface ArrProxy {
  readonly enabled: boolean;
  readonly protocol: ReadProtocol;
}

export function readProxy(section: XmlElement | null, findings: ImportFindings): ArrProxy {
  const values = new Values(section, findings);
  return { enabled: values.flag("enabled", false), protocol: readProtocol(values, serverDefaults, findings) };
}
