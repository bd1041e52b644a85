import { SaxesParser } from "saxes";
import type { Place } from "../place.ts";
import { quote } from "../quote.ts";
import type { XmlAttribute, XmlElement } from "./xml-element.ts";

export type XmlResult =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly place: Place; readonly message: string };

const maxDepth = 64;
const maxElements = 500_000;

/** Reads an XML text into a tree with the places of elements and attributes. No DOCTYPE, so no entities but the five. */
export function readXml(text: string): XmlResult {
  const tree = new TreeBuilder(text);
  try {
    return { ok: true, root: tree.build() };
  } catch (error) {
    if (error instanceof XmlFault) return { ok: false, place: error.place, message: error.message };
    throw error;
  }
}

class XmlFault extends Error {
  readonly place: Place;

  constructor(place: Place, message: string) {
    super(message);
    this.place = place;
  }
}

interface Open extends XmlElement {
  readonly attributes: Map<string, XmlAttribute>;
  readonly children: XmlElement[];
}

class TreeBuilder {
  readonly #text: string;
  readonly #parser = new SaxesParser();
  readonly #open: Open[] = [];
  #root: XmlElement | null = null;
  #elements = 0;
  /** Where what was read last ends; what comes next begins behind it. */
  #end = 0;
  /** Of the line that a place was asked for last: places are asked for in order. */
  #line = 1;
  #lineStart = 0;
  #lineEnd: number;

  constructor(text: string) {
    this.#text = text;
    this.#lineEnd = this.#endOfLine(0);
  }

  build(): XmlElement {
    const parser = this.#parser;
    parser.on("error", (error) => this.#fail(this.#faultOffset(), this.#explain(error.message)));
    parser.on("doctype", () => {
      const start = this.#text.lastIndexOf("<!DOCTYPE", parser.position);
      this.#fail(start, "a DOCTYPE is not read, nor the entities it may declare: remove it, IIS writes none");
    });
    parser.on("opentagstart", ({ name }) => this.#begin(name));
    parser.on("attribute", ({ name, value }) => this.#attribute(name, value));
    parser.on("closetag", () => void this.#open.pop());
    parser.write(this.#text).close();
    if (this.#root === null) this.#fail(0, "there is no element in it: expected <configuration>");
    return this.#root;
  }

  #begin(name: string): void {
    const start = this.#parser.position - name.length - 2;
    this.#end = this.#parser.position - 1;
    this.#elements += 1;
    if (this.#elements > maxElements) this.#fail(start, `more than ${maxElements} elements are not read`);
    if (this.#open.length >= maxDepth) this.#fail(start, `elements within more than ${maxDepth} others are not read`);
    const element: Open = { name, place: this.#placeOf(start), attributes: new Map(), children: [] };
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root ??= element;
    else parent.children.push(element);
    this.#open.push(element);
  }

  #attribute(name: string, value: string): void {
    let start = this.#end;
    while (/\s/.test(this.#text.charAt(start))) start += 1;
    this.#end = this.#parser.position;
    const element = this.#open.at(-1);
    if (element?.attributes.has(name) === true) this.#fail(start, `the attribute ${quote(name)} stands twice here`);
    element?.attributes.set(name, { value, place: this.#placeOf(start) });
  }

  #placeOf(offset: number): Place {
    while (this.#lineEnd < offset) {
      this.#lineStart = this.#lineEnd + 1;
      this.#lineEnd = this.#endOfLine(this.#lineStart);
      this.#line += 1;
    }
    return { line: this.#line, column: offset - this.#lineStart + 1 };
  }

  /** What is no XML at all is wrong from its beginning. */
  #faultOffset(): number {
    const hasElement = this.#elements > 0 || this.#text.trimStart().startsWith("<");
    return hasElement ? this.#parser.position : this.#text.search(/\S|$/);
  }

  #endOfLine(start: number): number {
    const end = this.#text.indexOf("\n", start);
    return end === -1 ? this.#text.length : end;
  }

  #fail(offset: number, message: string): never {
    // It may lie before the place that was asked for last.
    this.#line = 1;
    this.#lineStart = 0;
    this.#lineEnd = this.#endOfLine(0);
    throw new XmlFault(this.#placeOf(Math.max(0, Math.min(offset, this.#text.length))), message);
  }

  /** What saxes says, in words that tell what was expected. */
  #explain(said: string): string {
    const reason = said.replace(/^\d+:\d+: /, "").replace(/\.$/, "");
    const open = this.#open.at(-1);
    if (reason === "undefined entity") {
      return "an entity that XML does not have: expected one of &amp; &lt; &gt; &quot; &apos; or a number such as &#228;";
    }
    if (/^(?:unexpected end|unclosed tag)/.test(reason) && open !== undefined) {
      return `the file ends within <${open.name}> of line ${open.place.line}: expected </${open.name}>, is the file cut off?`;
    }
    if (/closing tag|close tag/.test(reason) && open !== undefined) {
      return `${reason}: expected </${open.name}>, which closes the element of line ${open.place.line}`;
    }
    if (this.#root !== null && /root|text data outside/.test(reason)) {
      return `the file goes on behind </${this.#root.name}>: expected its end`;
    }
    if (/root|text data outside|unexpected end/.test(reason)) return "this is not XML: expected <configuration>";
    return `this is not well-formed XML: ${reason}`;
  }
}
