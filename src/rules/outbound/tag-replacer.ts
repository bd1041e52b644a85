import { Tokenizer } from "htmlparser2";
import { writeValue } from "./attribute-value.ts";
import type { BodyRule, TextStage } from "./body-rule.ts";
import { MatchReplacer } from "./match-replacer.ts";
import { TagEvents, type SeenAttribute } from "./tag-events.ts";

/** A tag that is longer is passed on as it is. */
export const maxTag = 64 * 1024;

interface TagRule {
  readonly matches: MatchReplacer;
  /** "tag attribute", lower case. */
  readonly names: ReadonlySet<string>;
}

/** Replaces matches in the values of attributes. Several rules are applied one after the other to each value. */
export class TagReplacer implements TextStage {
  readonly #rules: readonly TagRule[];
  readonly #xml: boolean;
  readonly #fit: (text: string) => string;
  readonly #tokenizer: Tokenizer;
  readonly #events: TagEvents;
  /** What may belong to a tag that is not complete; it begins at `#start` of the whole text. */
  #held = "";
  #start = 0;
  /** So much of the whole text is done. */
  #done = 0;
  #changed = "";

  /** `fit` writes characters that the body's charset does not have as references. */
  constructor(rules: readonly BodyRule[], xml: boolean, fit: (text: string) => string) {
    this.#rules = rules.map((rule) => ({
      matches: new MatchReplacer(rule, (text) => text),
      names: new Set(rule.attributes?.map(({ tag, attribute }) => `${tag} ${attribute}`)),
    }));
    this.#xml = xml;
    this.#fit = fit;
    this.#events = new TagEvents({
      text: (start, end) => this.#text(start, end),
      tag: (name, attributes, start, end) => this.#tag(name, attributes, start, end),
    });
    this.#tokenizer = new Tokenizer({ xmlMode: xml, decodeEntities: true }, this.#events);
  }

  write(text: string): string {
    if (this.#rules.every(({ matches }) => matches.done)) return this.end() + text;
    this.#held += text;
    this.#tokenizer.write(text);
    const held = this.#start + this.#held.length;
    if (held - this.#events.settled > maxTag) {
      this.#events.dropTag();
      this.#passTo(held);
    } else this.#passTo(this.#events.settled);
    return this.#take();
  }

  /** What is left is no whole tag. */
  end(): string {
    this.#passTo(this.#start + this.#held.length);
    return this.#take();
  }

  #text(start: number, end: number): string {
    return start < this.#start ? "" : this.#held.slice(start - this.#start, end - this.#start);
  }

  #tag(name: string, attributes: readonly SeenAttribute[], start: number, end: number): void {
    // Its beginning was passed on when it had become too long.
    if (start < this.#start || end - start > maxTag) return;
    for (const attribute of attributes) this.#attribute(`${name} ${attribute.name}`, attribute);
  }

  #attribute(names: string, { value, start, end, quote }: SeenAttribute): void {
    let changed = value;
    for (const rule of this.#rules) {
      if (rule.names.has(names) && !rule.matches.done) changed = replaceAll(rule.matches, changed);
    }
    if (changed === value || (this.#xml && hasUnknownReference(this.#text(start, end)))) return;
    this.#passTo(start);
    this.#changed += this.#fit(writeValue(changed, quote));
    this.#done = end;
  }

  /** Up to there nothing more is changed. */
  #passTo(end: number): void {
    if (end <= this.#done) return;
    this.#changed += this.#held.slice(this.#done - this.#start, end - this.#start);
    this.#done = end;
  }

  #take(): string {
    if (this.#done === this.#start) return "";
    this.#held = this.#held.slice(this.#done - this.#start);
    this.#start = this.#done;
    const changed = this.#changed;
    this.#changed = "";
    return changed;
  }
}

/** One that only the document's own declarations explain: it could not be written again. */
function hasUnknownReference(written: string): boolean {
  return /&(?!#|(?:amp|apos|gt|lt|quot);)/.test(written);
}

function replaceAll(matches: MatchReplacer, text: string): string {
  return matches.replace({ text, from: 0, before: Infinity, afterMatch: false }).text;
}
