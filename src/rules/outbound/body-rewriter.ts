import { Buffer } from "node:buffer";
import { mayHaveBody } from "../../http/body-status.ts";
import type { ResponseHead } from "../../http/response-head.ts";
import { withReferences } from "./attribute-value.ts";
import type { BodyRule, ReportProblem, TextStage } from "./body-rule.ts";
import { type ContentCoding, readContentCoding } from "./content-coding.ts";
import { fieldValues } from "./field-values.ts";
import {
  hasTags,
  isEventStream,
  isText,
  isXhtml,
  knowsReferences,
  type MediaType,
  readMediaType,
  textCodingFor,
} from "./media-type.ts";
import { reportOnce } from "./report-once.ts";
import { TagReplacer } from "./tag-replacer.ts";
import type { TextCoding } from "./text-coding.ts";
import { TextReplacer } from "./text-replacer.ts";

/** Changes the body of one response, whose content coding was taken off before. */
export interface BodyRewriter {
  /** How the body is coded, and is to be coded again. */
  readonly coding: ContentCoding;
  /** What can be passed on; the rest is held back. The bytes given are not kept. */
  write(bytes: Buffer): Buffer;
  end(): Buffer;
}

/** For the rules, in order, on the body of a response with this head; null = none of them applies. */
export function createBodyRewriter(
  head: ResponseHead,
  rules: readonly BodyRule[],
  report: ReportProblem,
): BodyRewriter | null {
  if (rules.length === 0 || !mayBeChanged(head)) return null;
  const media = readMediaType(fieldValues(head, "content-type")[0] ?? "");
  const fitting = isText(media) ? rules.filter(({ attributes }) => attributes === null || hasTags(media)) : [];
  if (fitting.length === 0) return null;
  const coding = readContentCoding(fieldValues(head, "content-encoding"));
  if (coding === null) {
    report("coding", fieldValues(head, "content-encoding").join(", "));
    return null;
  }
  const text = textCodingFor(media);
  if (text === null) {
    report("charset", media.charset);
    return null;
  }
  return new TextRewriter(coding, text, stagesFor(fitting, media, { text, report: reportOnce(report) }));
}

/** RFC 9110: a part of a body (15.3.7) is none, and there are bodies that nobody may change (7.7). */
function mayBeChanged(head: ResponseHead): boolean {
  const { status } = head;
  if (!mayHaveBody(status) || status === 206) return false;
  if (fieldValues(head, "content-range").length > 0) return false;
  return !fieldValues(head, "cache-control").some((value) => /(?:^|,)[\t ]*no-transform[\t ]*(?:,|$)/i.test(value));
}

interface StageContext {
  readonly text: TextCoding;
  readonly report: ReportProblem;
}

/** Rules on tags that follow each other share one search for tags. */
function stagesFor(rules: readonly BodyRule[], media: MediaType, { text, report }: StageContext): TextStage[] {
  const stages: TextStage[] = [];
  for (let index = 0; index < rules.length;) {
    const rule = rules[index];
    if (rule === undefined) break;
    if (rule.attributes === null) {
      // Whoever reads events waits for each of them.
      const unit = isEventStream(media) ? "each-line" : rule.longest;
      stages.push(new TextReplacer(rule, unit, fitFor(rule, media, { text, report }), report));
      index++;
      continue;
    }
    const next = rules.findIndex(({ attributes }, at) => at > index && attributes === null);
    const end = next === -1 ? rules.length : next;
    const written = (value: string): string => (text.fits(value) ? value : withReferences(value));
    stages.push(new TagReplacer(rules.slice(index, end), isXhtml(media), written));
    index = end;
  }
  return stages;
}

/** Nothing becomes a question mark: a reference where the text knows them, else the match stays. */
function fitFor(rule: BodyRule, media: MediaType, { text, report }: StageContext): (value: string) => string | null {
  return (value) => {
    if (text.fits(value)) return value;
    if (knowsReferences(media)) return withReferences(value);
    report("does-not-fit", rule.name);
    return null;
  };
}

class TextRewriter implements BodyRewriter {
  readonly coding: ContentCoding;
  readonly #text: TextCoding;
  readonly #stages: readonly TextStage[];

  constructor(coding: ContentCoding, text: TextCoding, stages: readonly TextStage[]) {
    this.coding = coding;
    this.#text = text;
    this.#stages = stages;
  }

  write(bytes: Buffer): Buffer {
    let text = this.#text.decode(bytes);
    for (const stage of this.#stages) text = stage.write(text);
    return this.#text.encode(text);
  }

  end(): Buffer {
    let text = this.#text.decodeEnd();
    for (const stage of this.#stages) text = stage.write(text) + stage.end();
    return Buffer.concat([this.#text.encode(text), this.#text.encodeEnd()]);
  }
}
