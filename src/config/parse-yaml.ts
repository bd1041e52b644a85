import { LineCounter, parseDocument } from "yaml";
import type { Document } from "yaml";
import type { Place } from "./place.ts";
import type { Path } from "./problem.ts";
import { locate } from "./locate.ts";
import { yamlFaults } from "./yaml-faults.ts";
import type { YamlFault } from "./yaml-faults.ts";

interface Yaml {
  readonly value: unknown;
  /** Mistakes that leave the rest readable: a key that stands twice. */
  readonly faults: readonly YamlFault[];
  /** The place of a value or of its key; of the nearest thing around it where it is not in the text. */
  readonly place: (path: Path, at: "key" | "value") => Place;
}

export type YamlResult =
  | { readonly ok: true; readonly yaml: Yaml }
  | { readonly ok: false; readonly faults: readonly YamlFault[] };

/** How often aliases may be used in all, so that a few lines cannot unfold into gigabytes. */
const maxAliasCount = 100;

/** Reads YAML 1.2. Never throws. */
export function parseYaml(text: string): YamlResult {
  try {
    return parse(text);
  } catch (error) {
    // The parser is recursive: very deep nesting ends in a RangeError.
    if (error instanceof RangeError)
      return fatal("the document is nested too deeply: a configuration needs no more than ten levels");
    return fatal(error instanceof Error ? error.message : String(error));
  }
}

function parse(text: string): YamlResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: "1.2", logLevel: "error" });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const faults = yamlFaults(document, text, place);
  if (faults.some((fault) => fault.fatal)) return { ok: false, faults };
  const value: unknown = toJs(document);
  return {
    ok: true,
    yaml: { value, faults, place: (path, at) => place(locate(document, path, at)) },
  };
}

function toJs(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount });
  } catch (error) {
    if (error instanceof ReferenceError && error.message.startsWith("Excessive alias count")) {
      throw new Error(`anchors (&) and aliases (*) unfold to more than ${maxAliasCount} copies: write the values out`, {
        cause: error,
      });
    }
    throw error;
  }
}

const fatal = (message: string): YamlResult => ({ ok: false, faults: [{ line: 1, column: 1, message, fatal: true }] });
