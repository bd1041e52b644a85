import type { Place } from "../place.ts";
import type { ImportFindings } from "./import-finding.ts";
import type { XmlElement } from "./xml-element.ts";

/** Reads the attributes of one element (null = it is not there) and tells of values that are none. */
export class Values {
  readonly element: XmlElement | null;
  readonly #findings: ImportFindings;

  constructor(element: XmlElement | null, findings: ImportFindings) {
    this.element = element;
    this.#findings = findings;
  }

  has(name: string): boolean {
    return this.element?.attributes.has(name) === true;
  }

  /** Of the attribute, else of the element. */
  place(name?: string): Place {
    const attribute = name === undefined ? undefined : this.element?.attributes.get(name)?.place;
    return attribute ?? this.element?.place ?? { line: 1, column: 1 };
  }

  /** As it stands in the file. */
  shown(name: string): string {
    return `<${this.element?.name} ${name}=${JSON.stringify(this.text(name, ""))}>`;
  }

  text(name: string, fallback: string): string {
    return this.element?.attributes.get(name)?.value ?? fallback;
  }

  flag(name: string, fallback: boolean): boolean {
    const written = this.#written(name)?.toLowerCase();
    if (written === undefined) return fallback;
    if (["true", "1", "yes"].includes(written)) return true;
    if (["false", "0", "no"].includes(written)) return false;
    this.#wrong(name, "true or false", `${fallback}`);
    return fallback;
  }

  whole(name: string, fallback: number): number {
    const written = this.#written(name);
    if (written === undefined) return fallback;
    if (/^\d{1,15}$/.test(written)) return Number(written);
    this.#wrong(name, "a whole number", `${fallback}`);
    return fallback;
  }

  /** One of the words, whatever its case. */
  choice<T extends string>(name: string, words: readonly T[], fallback: T): T {
    const written = this.#written(name);
    if (written === undefined) return fallback;
    const found = words.find((word) => word.toLowerCase() === written.toLowerCase());
    if (found === undefined) this.#wrong(name, `one of ${words.join(", ")}`, fallback);
    return found ?? fallback;
  }

  /** `[d.]hh:mm:ss` in milliseconds. */
  span(name: string, fallback: number): number {
    const written = this.#written(name);
    if (written === undefined) return fallback;
    const ms = timeSpanMs(written);
    if (ms === null) this.#wrong(name, "a time such as 00:00:30", `${fallback / 1000} s`);
    return ms ?? fallback;
  }

  #written(name: string): string | undefined {
    return this.element?.attributes.get(name)?.value.trim();
  }

  #wrong(name: string, expected: string, fallback: string): void {
    const result = `not understood: expected ${expected}`;
    this.#findings.changed(this.place(name), this.shown(name), result, `${fallback} is taken`);
  }
}

/** `[d.]hh:mm:ss[.fff]`; null = it is none. */
export function timeSpanMs(text: string): number | null {
  const match = /^(?:(\d{1,5})\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/.exec(text);
  if (match === null) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1, 5).map((part) => Number(part ?? 0));
  const fraction = Number(`0.${match[5] ?? "0"}`);
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds + fraction) * 1000;
}
