import type { RouteInput } from "../route-schema.ts";
import type { ImportFindings } from "./import-finding.ts";
import { Values } from "./read-values.ts";
import { sectionsOf, type Scope } from "./sections.ts";

export interface ArrLimits {
  /** Of all routes. */
  readonly route: Pick<RouteInput, "maxBody">;
  /** Of all listeners. */
  readonly listener: { readonly maxUrl?: string };
}

const unlimited = 1024 ** 3;
const ours = 16 * 1024;

/** IIS's own limits of requests, where the file has them. */
export function readLimits(scopes: readonly Scope[], findings: ImportFindings): ArrLimits {
  const sections = sectionsOf(scopes, "security", "requestFiltering", "requestLimits");
  const all = sections.map(({ section }) => new Values(section, findings));
  return { route: bodyLimit(all, findings), listener: urlLimit(all, findings) };
}

function bodyLimit(all: readonly Values[], findings: ImportFindings): ArrLimits["route"] {
  const name = "maxAllowedContentLength";
  const written = all.filter((values) => values.has(name)).map((values) => ({ values, bytes: values.whole(name, 0) }));
  const [largest] = written.toSorted((a, b) => b.bytes - a.bytes);
  if (largest === undefined || largest.bytes === 0) return {};
  const free = largest.bytes >= unlimited;
  const maxBody = sizeText(Math.max(largest.bytes, 1024));
  for (const { values, bytes } of written) {
    const place = values.place(name);
    if (bytes < largest.bytes)
      findings.changed(place, values.shown(name), `the limit is that of line ${largest.values.place(name).line}`, "");
    else if (free)
      findings.changed(
        place,
        values.shown(name),
        "no limit, which is what it was raised for",
        "`maxBody` of a route sets one",
      );
    else findings.changed(place, values.shown(name), `maxBody: ${maxBody} of every route`, "rules have no such limit");
  }
  return free ? {} : { maxBody };
}

function urlLimit(all: readonly Values[], findings: ImportFindings): ArrLimits["listener"] {
  const [first] = all.filter((values) => values.has("maxUrl") || values.has("maxQueryString"));
  if (first === undefined) return {};
  const bytes = all.reduce(
    (most, values) => Math.max(most, values.whole("maxUrl", 4096) + values.whole("maxQueryString", 2048)),
    0,
  );
  const name = first.has("maxUrl") ? "maxUrl" : "maxQueryString";
  if (bytes <= ours) {
    findings.note(
      first.place(name),
      first.shown(name),
      "path and query may have 16 KiB together",
      "`maxUrl` of a listener sets less",
    );
    return {};
  }
  const maxUrl = sizeText(Math.min(bytes, 1024 ** 2));
  findings.changed(
    first.place(name),
    first.shown(name),
    `maxUrl: ${maxUrl} of every listener, path and query together`,
    "",
  );
  return { maxUrl };
}

function sizeText(bytes: number): string {
  const units = [
    ["GiB", 1024 ** 3],
    ["MiB", 1024 ** 2],
    ["KiB", 1024],
  ] as const;
  const [unit = "B", size = 1] = units.find(([, one]) => bytes % one === 0) ?? [];
  return `${bytes / size}${unit}`;
}
