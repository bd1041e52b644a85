import type { TokenizerCallbacks } from "htmlparser2";
import { ForeignContent } from "./foreign-content.ts";

/** One attribute of a tag and where its value stands in the whole text. */
export interface SeenAttribute {
  /** Lower case. */
  readonly name: string;
  /** Its references are decoded. */
  readonly value: string;
  /** Of the value as it is written, without quotes. */
  readonly start: number;
  readonly end: number;
  /** "" = none. */
  readonly quote: "" | "'" | '"';
}

interface TagListener {
  /** A part of the whole text; "" where it is no longer there. */
  text(start: number, end: number): string;
  /** A tag is complete; from `start` to `end` of the whole text. */
  tag(name: string, attributes: readonly SeenAttribute[], start: number, end: number): void;
}

/** Makes whole tags of what the tokenizer finds. */
export class TagEvents implements TokenizerCallbacks {
  /** Nothing before it belongs to a tag that is still open. */
  settled = 0;
  readonly #listener: TagListener;
  readonly #foreign = new ForeignContent();
  #tagStart = 0;
  #tagName = "";
  #attributes: SeenAttribute[] = [];
  #name = "";
  #nameEnd = 0;
  #value = "";
  #dropped = false;

  constructor(listener: TagListener) {
    this.#listener = listener;
  }

  /** The tag that is open is too long: what is still to come of it is not kept. */
  dropTag(): void {
    this.#dropped = true;
    this.#attributes = [];
    this.#value = "";
  }

  isInForeignContext(): boolean {
    return this.#foreign.inside;
  }

  onopentagname(start: number, end: number): void {
    this.#tagStart = start - 1;
    this.#settle(this.#tagStart);
    this.#tagName = this.#text(start, end).toLowerCase();
    this.#attributes = [];
    this.#dropped = false;
    this.#foreign.opened(this.#tagName);
  }

  onattribname(start: number, end: number): void {
    this.#name = this.#text(start, end).toLowerCase();
    this.#nameEnd = end;
    this.#value = "";
  }

  onattribdata(start: number, end: number): void {
    if (!this.#dropped) this.#value += this.#text(start, end);
  }

  onattribentity(codepoint: number): void {
    if (!this.#dropped) this.#value += String.fromCodePoint(codepoint);
  }

  /** `after`: behind the closing quote where there is one. */
  onattribend(_quote: unknown, after: number): void {
    if (this.#dropped) return;
    const written = /^[\t\n\f\r ]*=[\t\n\f\r ]*(["']?)/.exec(this.#text(this.#nameEnd, after));
    if (written === null) return;
    const quote = written[1] === '"' || written[1] === "'" ? written[1] : "";
    const start = this.#nameEnd + written[0].length;
    this.#attributes.push({ name: this.#name, value: this.#value, start, end: after - quote.length, quote });
  }

  onopentagend(end: number): void {
    this.#tagEnded(end);
  }

  onselfclosingtag(end: number): void {
    this.#tagEnded(end);
    this.#foreign.selfClosed(this.#tagName);
  }

  onclosetag(start: number, end: number): void {
    this.#foreign.closed(this.#text(start, end).toLowerCase());
    this.#settle(end);
  }

  ontext(_start: number, end: number): void {
    this.#settle(end);
  }

  ontextentity(_codepoint: number, end: number): void {
    this.#settle(end);
  }

  oncomment(_start: number, end: number): void {
    this.#settle(end);
  }

  oncdata(_start: number, end: number): void {
    this.#settle(end);
  }

  ondeclaration(_start: number, end: number): void {
    this.#settle(end);
  }

  onprocessinginstruction(_start: number, end: number): void {
    this.#settle(end);
  }

  onend(): void {
    // What is left is passed on by whoever calls.
  }

  #tagEnded(end: number): void {
    this.#listener.tag(this.#tagName, this.#attributes, this.#tagStart, end + 1);
    this.#attributes = [];
    this.#settle(end + 1);
  }

  #settle(end: number): void {
    this.settled = Math.max(this.settled, end);
  }

  #text(start: number, end: number): string {
    return this.#listener.text(start, end);
  }
}
