import { normaliseHost } from "../host-name.ts";
import type { Place } from "../place.ts";
import type { ImportFindings } from "./import-finding.ts";
import { Values } from "./read-values.ts";
import { childrenOf, descendant, type XmlElement } from "./xml-element.ts";

export interface ArrBinding {
  readonly https: boolean;
  /** null = all. */
  readonly address: string | null;
  readonly port: number;
  /** null = any. */
  readonly host: string | null;
  readonly place: Place;
}

export interface ArrSite {
  readonly name: string;
  readonly place: Place;
  readonly bindings: readonly ArrBinding[];
}

/** The sites that run, with their bindings for HTTP and HTTPS. */
export function readSites(root: XmlElement, findings: ImportFindings): readonly ArrSite[] {
  const sites = childrenOf(descendant(root, "system.applicationHost", "sites"), "site");
  return sites.flatMap((element) => {
    const values = new Values(element, findings);
    const name = values.text("name", "");
    if (!values.flag("serverAutoStart", true)) {
      findings.leftOut(
        element.place,
        `the site ${JSON.stringify(name)}`,
        "it is not started",
        "its bindings are not listened on",
      );
      return [];
    }
    const bindings = childrenOf(descendant(element, "bindings"), "binding").flatMap((binding) =>
      readBinding(new Values(binding, findings), findings),
    );
    return [{ name, place: element.place, bindings }];
  });
}

/** ADDRESS:PORT:HOST */
const bindingForm = /^(?<address>\[[^\]]*\]|[^:]*):(?<port>\d{1,5}):(?<host>[^:]*)$/;

function readBinding(values: Values, findings: ImportFindings): readonly ArrBinding[] {
  const protocol = values.text("protocol", "http").trim().toLowerCase();
  if (protocol !== "http" && protocol !== "https") return [];
  const name = "bindingInformation";
  const { address = "", port = "", host = "" } = bindingForm.exec(values.text(name, "").trim())?.groups ?? {};
  const number = Number(port);
  if (number < 1 || number > 65_535) {
    findings.leftOut(values.place(name), values.shown(name), "not ADDRESS:PORT:HOST", "nothing listens there");
    return [];
  }
  const isAll = ["", "*", "0.0.0.0"].includes(address);
  return [
    {
      https: protocol === "https",
      address: isAll ? null : address.replaceAll(/[[\]]/g, ""),
      port: number,
      host: hostOf(host),
      place: values.place(),
    },
  ];
}

function hostOf(written: string): string | null {
  if (written === "" || written === "*") return null;
  const wildcard = written.startsWith("*.");
  const host = normaliseHost(wildcard ? written.slice(2) : written);
  return host === null ? null : `${wildcard ? "*." : ""}${host}`;
}
