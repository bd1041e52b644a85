import type { BodyRule, ReportProblem, TextStage } from "./body-rule.ts";
import { MatchReplacer } from "./match-replacer.ts";

/** Characters that a rule may hold back where it needs the whole text. */
export const maxHeldText = 1024 * 1024;

/** Of a line that is longer each piece of so many characters is looked at by itself. */
export const maxLine = 64 * 1024;

/** What stays of the text that was passed on, so that `\b` sees what stands before a match, and `^` that something does. */
const context = 2;

/** Replaces matches anywhere in a text and holds back no more of it than the pattern asks for. */
export class TextReplacer implements TextStage {
  readonly #rule: BodyRule;
  readonly #matches: MatchReplacer;
  readonly #report: ReportProblem;
  #held = "";
  /** What stands before it in `#held` was passed on. */
  #from = 0;
  #afterMatch = false;
  #passing = false;

  constructor(rule: BodyRule, fit: (text: string) => string | null, report: ReportProblem) {
    const { longest } = rule;
    this.#rule = typeof longest === "number" && longest > maxHeldText ? { ...rule, longest: "any" } : rule;
    this.#matches = new MatchReplacer(rule, fit);
    this.#report = report;
  }

  write(text: string): string {
    if (this.#passing) return text;
    this.#held += text;
    const { longest } = this.#rule;
    if (longest === "any") return this.#holdAll();
    const changed = longest === "line" ? this.#searchLines() : this.#search(this.#held, this.#held.length - longest);
    return this.#matches.done ? changed + this.#pass() : changed;
  }

  end(): string {
    if (this.#passing) return "";
    const changed = this.#search(this.#held, Infinity);
    return changed + this.#pass();
  }

  #holdAll(): string {
    if (this.#held.length <= maxHeldText) return "";
    this.#report("body-too-long", this.#rule.name);
    return this.#pass();
  }

  /** From here on nothing is changed. */
  #pass(): string {
    const rest = this.#held.slice(this.#from);
    this.#held = "";
    this.#passing = true;
    return rest;
  }

  /** Lines that are complete go together; the pieces of one that is too long go one by one, wherever the text was cut. */
  #searchLines(): string {
    let changed = "";
    let start = this.#from;
    while (!this.#matches.done) {
      const lineEnd = this.#held.indexOf("\n", start) + 1;
      const isLong = (lineEnd === 0 ? this.#held.length : lineEnd) - start > maxLine;
      if (lineEnd > 0 && !isLong) {
        start = lineEnd;
        continue;
      }
      changed += this.#searchTo(start);
      if (!isLong) return changed;
      changed += this.#searchTo(this.#from + maxLine);
      start = this.#from;
    }
    return changed;
  }

  /** As if the text ended there. */
  #searchTo(end: number): string {
    return end > this.#from ? this.#search(this.#held.slice(0, end), end) : "";
  }

  #search(text: string, before: number): string {
    if (before <= this.#from) return "";
    const {
      next,
      afterMatch,
      text: changed,
    } = this.#matches.replace({
      text,
      from: this.#from,
      before,
      afterMatch: this.#afterMatch,
    });
    const kept = Math.max(0, next - context);
    this.#held = this.#held.slice(kept);
    this.#from = next - kept;
    this.#afterMatch = afterMatch;
    return changed;
  }
}
