import type { BodyRule, LongestMatch, ReportProblem, TextStage } from "./body-rule.ts";
import { MatchReplacer } from "./match-replacer.ts";

/** Characters that a rule may hold back where it needs the whole text. */
export const maxHeldText = 1024 * 1024;

/** Of a line that is longer each piece of so many characters is looked at by itself. */
export const maxLine = 64 * 1024;

/** What stays of the text that was passed on, so that `\b` sees what stands before a match, and `^` that something does. */
const context = 2;

/** "each-line": every line is a text of its own, so that nothing of a complete one is held back. */
export type SearchUnit = LongestMatch | "each-line";

/** Replaces matches anywhere in a text and holds back no more of it than the pattern asks for. */
export class TextReplacer implements TextStage {
  readonly #name: string;
  readonly #unit: SearchUnit;
  readonly #matches: MatchReplacer;
  readonly #report: ReportProblem;
  #held = "";
  /** What stands before it in `#held` was passed on. */
  #from = 0;
  #afterMatch = false;
  #passing = false;

  constructor(rule: BodyRule, unit: SearchUnit, fit: (text: string) => string | null, report: ReportProblem) {
    this.#name = rule.name;
    this.#unit = typeof unit === "number" && unit > maxHeldText ? "any" : unit;
    this.#matches = new MatchReplacer(rule, fit);
    this.#report = report;
  }

  write(text: string): string {
    if (this.#passing) return text;
    this.#held += text;
    const unit = this.#unit;
    if (unit === "any") return this.#holdAll();
    const changed =
      typeof unit === "number" ? this.#search(this.#held, this.#held.length - unit) : this.#searchLines(text);
    return this.#matches.done ? changed + this.#pass() : changed;
  }

  end(): string {
    if (this.#passing) return "";
    const changed = this.#search(this.#held, Infinity);
    return changed + this.#pass();
  }

  #holdAll(): string {
    if (this.#held.length <= maxHeldText) return "";
    this.#report("body-too-long", this.#name);
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
  #searchLines(added: string): string {
    if (!added.includes("\n") && this.#held.length - this.#from <= maxLine) return "";
    let changed = "";
    let start = this.#from;
    while (!this.#matches.done) {
      const lineEnd = this.#held.indexOf("\n", start) + 1;
      const isLong = (lineEnd === 0 ? this.#held.length : lineEnd) - start > maxLine;
      if (lineEnd > 0 && !isLong) {
        start = lineEnd;
        if (this.#unit === "line") continue;
        changed += this.#searchTo(lineEnd);
        start = this.#from;
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
