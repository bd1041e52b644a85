import type { ExchangeRecord } from "../farm/exchange-record.ts";
import { originTarget, type RequestHead } from "../http/request-head.ts";
import { type ClientOrigin, type ClientSide, unixPeer } from "./client-side.ts";
import type { RequestChanges } from "./request-changes.ts";

type RequestSource = Pick<ClientSide, "head" | "origin" | "record">;

/**
 * The head as it is sent to a member: the client's own bytes without the hop-by-hop lines, and what we add. `changes`: what
 * rules want of it; null = nothing.
 */
export function requestHeadText({ head, origin, record }: RequestSource, changes: RequestChanges | null): string {
  const { text, cuts } = head;
  const end = text.length - 2;
  const added = `${forwardedLines(head, origin)}${origin.certificateLine}${identityLines(record)}${upgradeLines(head)}\r\n`;
  if (origin.removed.length > 0) cuts.addNamed(text, head.fieldsStart, origin.removed);
  if (changes !== null) return changedHeadText(head, changes, added);
  if (!head.absolute && head.minor === 1) return cuts.copy(text, 0, end) + added;
  const requestLine = `${head.method} ${originTarget(head)} HTTP/1.1\r\n`;
  // The authority of an absolute target replaces Host (RFC 9112 3.2.2).
  if (head.absolute) cuts.addNamed(text, head.fieldsStart, ["host"]);
  const host = head.absolute ? `Host: ${head.host}\r\n` : "";
  return requestLine + host + cuts.copy(text, head.fieldsStart, end) + added;
}

/** What we add gives way to what rules say. */
function changedHeadText(head: RequestHead, { target, host, replaced, lines }: RequestChanges, added: string): string {
  const newHost = host ?? (head.absolute ? head.host : null);
  const named = [...replaced, ...spellings(head, replaced)];
  const cut = newHost === null ? named : [...named, "host"];
  if (cut.length > 0) head.cuts.addNamed(head.text, head.fieldsStart, cut);
  const own = added.replaceAll(/[^\r]+\r\n/g, (line) => (replaced.includes(fieldOf(line)) ? "" : line));
  const hostLine = newHost === null ? "" : `Host: ${newHost}\r\n`;
  const requestLine = `${head.method} ${target ?? originTarget(head)} HTTP/1.1\r\n`;
  const kept = head.cuts.copy(head.text, head.fieldsStart, head.text.length - 2);
  return requestLine + hostLine + kept + lines + own;
}

/** The fields of a head that IIS and CGI read as one of `names`, since "_" and "-" are the same to them. */
function spellings({ text, fieldsStart }: RequestHead, names: readonly string[]): string[] {
  if (names.length === 0 || !text.includes("_")) return [];
  const fields = text.slice(fieldsStart).split("\r\n").map(fieldOf);
  return fields.filter((field) => field.includes("_") && names.includes(field.replaceAll("_", "-")));
}

function fieldOf(line: string): string {
  return line.slice(0, line.indexOf(":")).toLowerCase();
}

function upgradeLines(head: RequestHead): string {
  return head.upgrade === "" ? "" : `Connection: Upgrade\r\nUpgrade: ${head.upgrade}\r\n`;
}

/** What the request can be found by in other programs' logs and traces. */
function identityLines({ logId, traceId, spanId, sampled }: ExchangeRecord): string {
  const log = logId === "" ? "" : `X-ARR-LOG-ID: ${logId}\r\n`;
  return traceId === "" ? log : `${log}traceparent: 00-${traceId}-${spanId}-${sampled ? "01" : "00"}\r\n`;
}

function forwardedLines(head: RequestHead, origin: ClientOrigin): string {
  const believe = origin.trusted;
  const client = clientList(believe ? head.forwardedFor : "", origin.address);
  const protocol = believe && head.forwardedProto !== "" ? head.forwardedProto : origin.protocol;
  const host = believe && head.forwardedHost !== "" ? head.forwardedHost : head.host;
  const lines = `X-Forwarded-For: ${client}\r\nX-Forwarded-Proto: ${protocol}\r\nX-Forwarded-Host: ${host}\r\n`;
  return origin.standard || (believe && head.forwarded !== "") ? lines + forwardedLine(head, origin) : lines;
}

/** A proxy on this machine adds nothing to what it says; "unknown" is RFC 7239's word for an address that is not known. */
function clientList(earlier: string, address: string): string {
  if (address === unixPeer) return earlier === "" ? "unknown" : earlier;
  return earlier === "" ? address : `${earlier}, ${address}`;
}

/** RFC 7239. */
function forwardedLine(head: RequestHead, origin: ClientOrigin): string {
  const earlier = origin.trusted && head.forwarded !== "" ? `${head.forwarded}, ` : "";
  if (!origin.standard) return `Forwarded: ${earlier.slice(0, -2)}\r\n`;
  const address = forwardedNode(origin.address);
  return `Forwarded: ${earlier}for=${address};proto=${origin.protocol};host="${head.host}"\r\n`;
}

/** RFC 7239 6. */
function forwardedNode(address: string): string {
  if (address === unixPeer) return "unknown";
  return address.includes(":") ? `"[${address}]"` : address;
}
