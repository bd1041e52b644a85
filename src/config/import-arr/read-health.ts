import type { FarmInput } from "../farm-schema.ts";
import type { ImportFindings } from "./import-finding.ts";
import { normaliseHost } from "../host-name.ts";
import { durationText } from "../units.ts";
import type { Values } from "./read-values.ts";

type Health = Exclude<NonNullable<FarmInput["health"]>, "off">;

export interface ReadHealth {
  readonly health: Health;
  /** Of the URL. */
  readonly scheme: "http" | "https";
  /** Of the URL, as members are asked for it. */
  readonly host: string;
}

const most = 86_400_000;

/** ARR's URL test; null = there is none. */
export function readHealth(values: Values, findings: ImportFindings): ReadHealth | null {
  const written = values.text("url", "").trim();
  if (written === "") return null;
  const url = parseUrl(written);
  const host = url === null ? null : normaliseHost(url.hostname);
  if (url === null || host === null) {
    findings.leftOut(
      values.place("url"),
      values.shown("url"),
      "not an absolute URL with a host",
      "members are not checked",
    );
    return null;
  }
  const everyMs = values.span("interval", 30_000);
  if (everyMs === 0) {
    findings.leftOut(
      values.place("interval"),
      values.shown("interval"),
      "no time between two checks: it is off",
      "members are not checked",
    );
    return null;
  }
  const expect = { ...statusOf(values, findings), ...bodyOf(values) };
  return {
    health: {
      path: `${url.pathname}${url.search}`,
      host,
      every: durationText(Math.min(everyMs, most)),
      timeout: durationText(Math.min(Math.max(values.span("timeout", 30_000), 1), most)),
      fall: 1,
      rise: 1,
      ...(Object.keys(expect).length === 0 ? {} : { expect }),
    },
    scheme: url.protocol === "http:" ? "http" : "https",
    host,
  };
}

function parseUrl(written: string): URL | null {
  const url = URL.canParse(written) ? new URL(written) : null;
  return url !== null && /^https?:$/.test(url.protocol) ? url : null;
}

function bodyOf(values: Values): { body?: string } {
  const body = values.text("responseMatch", "");
  return body === "" ? {} : { body };
}

type Status = NonNullable<NonNullable<Health["expect"]>["status"]>;

/** "200-399,401" as the statuses of a good answer; ours is 200-399, too. */
function statusOf(values: Values, findings: ImportFindings): { status?: Status } {
  const written = values.text("statusCodeMatch", "200-399").trim();
  const parts = written.split(/[,;]/).map((part) => /^(\d{3})(?:-(\d{3})?)?$/.exec(part.trim()));
  const ranges = parts.map((match) => match && rangeOf(match));
  const good = ranges.filter((range) => range !== null);
  if (good.length < ranges.length) {
    findings.changed(
      values.place("statusCodeMatch"),
      values.shown("statusCodeMatch"),
      good.length === 0 ? "not understood: 200-399 is taken" : "taken without what is no status from 100 to 599",
      "members may be judged in another way",
    );
  }
  if (good.length === 0 || good.join() === "200-399") return {};
  const [first = 200, ...others] = good;
  return { status: others.length === 0 ? first : [first, ...others] };
}

function rangeOf([whole, low, high]: RegExpExecArray): number | string | null {
  const [from, to] = [Number(low), Math.min(Number(high ?? (whole.endsWith("-") ? 599 : low)), 599)];
  if (from < 100 || from > to) return null;
  return from === to ? from : `${from}-${to}`;
}
