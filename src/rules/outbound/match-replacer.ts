import type { BodyRule, Found } from "./body-rule.ts";

/** A part of a text in which matches are looked for. */
export interface SearchWindow {
  readonly text: string;
  /** Where the search begins; before it stands what was passed on already. */
  readonly from: number;
  /** Matches that begin there or behind it are for later. */
  readonly before: number;
  /** A match ended at `from`: an empty one there is none. */
  readonly afterMatch: boolean;
}

/** How far it came. */
export interface Replaced {
  /** What takes the place of the text from `from` to `next`. */
  readonly text: string;
  readonly next: number;
  readonly afterMatch: boolean;
}

/** Replaces the matches of one rule and counts them, over all texts that it is given. */
export class MatchReplacer {
  readonly #rule: BodyRule;
  readonly #fit: (text: string) => string | null;
  #left: number;

  /** `fit` turns what the rule puts in into what can be written there; null = it can't be. */
  constructor(rule: BodyRule, fit: (text: string) => string | null) {
    this.#rule = rule;
    this.#fit = fit;
    this.#left = rule.occurrences === 0 ? Infinity : rule.occurrences;
  }

  /** All that it may replace is replaced. */
  get done(): boolean {
    return this.#left <= 0;
  }

  /**
   * Goes through the window, at least to `before` where that is within the text. As usual an empty match right behind
   * another match does not count.
   */
  replace({ text, from, before, afterMatch }: SearchWindow): Replaced {
    let changed = "";
    let copied = from;
    let next = from;
    let lastEnd = afterMatch ? from : -1;
    while (!this.done) {
      const found = next > text.length ? null : this.#rule.find(text, next);
      if (found === null || found.index >= before) break;
      const end = found.index + (found.captures[0]?.length ?? 0);
      const isEmpty = end === found.index;
      next = isEmpty ? end + widthAt(text, end) : end;
      if (isEmpty && end === lastEnd) continue;
      lastEnd = end;
      const replacement = this.#replacement(found);
      if (replacement === null) continue;
      changed += text.slice(copied, found.index) + replacement;
      copied = end;
    }
    const stop = Math.min(Math.max(next, before), text.length);
    return { text: changed + text.slice(copied, stop), next: stop, afterMatch: lastEnd === stop };
  }

  #replacement({ captures }: Found): string | null {
    const text = this.#rule.replace(captures);
    const fitting = text === null ? null : this.#fit(text);
    if (fitting !== null) this.#left--;
    return fitting;
  }
}

/** Of the character there: two units for those beyond U+FFFF. */
function widthAt(text: string, index: number): number {
  return (text.codePointAt(index) ?? 0) > 0xff_ff ? 2 : 1;
}
