import type { FarmInput } from "../farm-schema.ts";
import { cookieNameSchema, keyHeaderSchema } from "../key-schema.ts";
import type { ImportFindings } from "./import-finding.ts";
import type { Values } from "./read-values.ts";

type Balance = NonNullable<FarmInput["balance"]>;
type HashKey = Exclude<Balance, string>["hash"];

const algorithms = {
  WeightedRoundRobin: "round-robin",
  LeastRequests: "least-requests",
  LeastResponseTime: "least-response-time",
  WeightedTotalTraffic: "total-traffic",
  RequestHash: null,
} as const satisfies Readonly<Record<string, Balance | null>>;

type Algorithm = keyof typeof algorithms;

export interface ReadBalance {
  /** Absent = our default, which is the same. */
  readonly balance?: Balance;
  /** ARR asks for weights with this algorithm. */
  readonly weighted: boolean;
}

export function readBalance(values: Values, findings: ImportFindings): ReadBalance {
  const words = Object.keys(algorithms).filter((word): word is Algorithm => word in algorithms);
  const algorithm = values.choice("algorithm", words, "LeastRequests");
  const balance = algorithms[algorithm] ?? hashOf(values, findings);
  return { ...(balance === "least-requests" ? {} : { balance }), weighted: algorithm !== "LeastRequests" };
}

/** ARR never passes over a busy server. */
function hashOf(values: Values, findings: ImportFindings): Balance {
  const hash = keyOf(values);
  if (hash !== null) return { hash, bound: "off" };
  findings.changed(
    values.place("hashServerVariable"),
    values.shown("hashServerVariable"),
    "balance: { hash: url }",
    "requests cannot be told apart by this variable",
  );
  return { hash: "url", bound: "off" };
}

function keyOf(values: Values): HashKey | null {
  const variable = values.text("hashServerVariable", "").trim().toUpperCase();
  const query = values
    .text("queryStringNames", "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (query.length > 0 && (variable === "" || variable === "QUERY_STRING")) return { query };
  if (["", "URL", "REQUEST_URI", "UNENCODED_URL", "HTTP_URL", "CACHE_URL", "QUERY_STRING"].includes(variable))
    return "url";
  if (["REMOTE_ADDR", "REMOTE_HOST"].includes(variable)) return "client-address";
  const header = /^HTTP_([A-Z0-9_]+)$/.exec(variable)?.[1]?.replaceAll("_", "-").toLowerCase() ?? "";
  return keyHeaderSchema.safeParse(header).success ? { header: headerName(header) } : null;
}

/** "x-user" -> "X-User". */
export function headerName(lower: string): string {
  return lower.toLowerCase().replace(/(?:^|-)[a-z]/g, (begin) => begin.toUpperCase());
}

export function isCookieName(name: string): boolean {
  return cookieNameSchema.safeParse(name).success;
}
