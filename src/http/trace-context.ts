/** What a `traceparent` says (W3C Trace Context, https://www.w3.org/TR/trace-context/). */
export interface TraceContext {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** The caller's span, 16 lower-case hex digits. */
  readonly parentId: string;
  readonly sampled: boolean;
}

const lines = /\r\ntraceparent[ \t]*:[ \t]*([^\r\n]*)/gi;
/** 2.2.2; later versions may have more behind a dash (4.3). */
const pattern = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Of a request's head as it came; null = there is none that counts: none at all, a malformed one, or several. */
export function readTraceContext(head: string): TraceContext | null {
  const found = [...head.matchAll(lines)];
  const [, version, traceId, parentId, flags, more] = pattern.exec(found[0]?.[1]?.trimEnd() ?? "") ?? [];
  if (found.length !== 1 || traceId === undefined || parentId === undefined || flags === undefined) return null;
  if (version === "00" && more !== undefined) return null;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
