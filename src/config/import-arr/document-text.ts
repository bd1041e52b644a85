import type { ImportDocument } from "./import-document.ts";
import { shareDefaults } from "./share-defaults.ts";
import { comment, yamlOf } from "./write-yaml.ts";

/** The document as a file; `remarks` stand at its top, a paragraph each. */
export function documentText(document: ImportDocument, remarks: readonly string[]): string {
  const parts = [
    remarks.map((remark) => comment(remark)).join("\n#\n"),
    ...sectionsOf(document).map(([key, value]) => sectionText(key, value)),
  ];
  return `${parts.filter((part) => part !== "").join("\n")}\n`;
}

/** In the order in which people read it, without what is empty. */
export function sectionsOf(document: ImportDocument): readonly (readonly [string, unknown])[] {
  const { listen, servers, presets, routes, rewriteMaps, rules, preConditions, outboundRules, forwarded } = document;
  // Defaults would hold for the farms of presets as well.
  const isPlain = Object.keys(presets).length === 0;
  const { defaults, farms } = isPlain ? shareDefaults(document.farms) : { defaults: {}, farms: document.farms };
  const all: readonly (readonly [string, unknown])[] = [
    ["listen", listen],
    ["servers", servers],
    ["defaults", defaults],
    ...Object.entries(presets),
    ["farms", farms],
    ["rewriteMaps", rewriteMaps],
    ["rules", rules],
    ["routes", routes],
    ["preConditions", preConditions],
    ["outboundRules", outboundRules],
    ["forwarded", forwarded],
  ];
  return all.filter(([, value]) => value !== undefined && Object.keys(Object(value)).length > 0);
}

function sectionText(key: string, value: unknown): string {
  if (key === "forwarded" || key === "exchange") return yamlOf({ [key]: value });
  return `${key}:\n${yamlOf(value, "  ")}`;
}
