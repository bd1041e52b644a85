import * as z from "zod";

const detail = z.string().catch("");

/** RFC 7807 with RFC 8555 6.7: what an authority says went wrong. */
const problemSchema = z.object({
  type: z.string().catch("about:blank"),
  detail,
  subproblems: z
    .array(z.object({ detail, identifier: z.object({ value: z.string() }).optional().catch(undefined) }))
    .catch([]),
});

const namespace = "urn:ietf:params:acme:error:";
const maxLength = 1000;

/** An authority refused a request, or could not be asked. */
export class AcmeProblem extends Error {
  override readonly name = "AcmeProblem";
  /** Such as "rateLimited" (RFC 8555 6.7); "" = none of those. */
  readonly type: string;
  /** How long not to ask again; 0 = it did not say. */
  readonly retryAfterMs: number;

  constructor(message: string, type = "", retryAfterMs = 0) {
    super(message.slice(0, maxLength));
    this.type = type;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What a problem document says, in one line. */
export function problemOf(document: unknown, otherwise: string, retryAfterMs = 0): AcmeProblem {
  const read = problemSchema.safeParse(document);
  if (!read.success) return new AcmeProblem(otherwise, "", retryAfterMs);
  const { type, subproblems } = read.data;
  const short = type.startsWith(namespace) ? type.slice(namespace.length) : "";
  const parts = subproblems.map((one) => (one.identifier ? `${one.identifier.value}: ${one.detail}` : one.detail));
  const said = [read.data.detail, ...parts].filter((part) => part !== "").join("; ");
  const text = oneLine(said === "" ? otherwise : said);
  return new AcmeProblem(short === "" ? text : `${text} (${short})`, short, retryAfterMs);
}

/** RFC 9110 10.2.3: seconds, or a date. */
export function readRetryAfter(written: unknown, now: number): number {
  if (typeof written !== "string") return 0;
  const ms = /^\d+$/.test(written) ? Number(written) * 1000 : Date.parse(written) - now;
  return ms > 0 ? ms : 0;
}

// oxlint-disable-next-line no-control-regex -- It goes into a log line.
const oneLine = (text: string): string => text.replaceAll(/[\x00-\x1f\x7f]+/g, " ");
