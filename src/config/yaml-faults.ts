import { isAlias, visit } from "yaml";
import type { Document, YAMLParseError, YAMLWarning } from "yaml";
import type { Place } from "./place.ts";
import { quote } from "./quote.ts";

export interface YamlFault extends Place {
  readonly message: string;
  /** Can the rest not be read? */
  readonly fatal: boolean;
}

type Placer = (offset: number) => Place;

/** What is wrong with the YAML itself; one per line, because one slip often leads to several errors. */
export function yamlFaults(document: Document.Parsed, text: string, place: Placer): YamlFault[] {
  const faults = [...document.errors, ...document.warnings].map((error) => describe(error, text, place));
  faults.push(...unresolvedAliases(document, place));
  const seen = new Set<number>();
  return faults.filter(({ line }) => !seen.has(line) && seen.add(line));
}

function describe(error: YAMLParseError | YAMLWarning, text: string, place: Placer): YamlFault {
  const [start, end] = error.pos;
  if (error.code === "DUPLICATE_KEY") {
    const key = /^[^:\s]+/.exec(text.slice(start, Math.max(end, start + 40)))?.[0] ?? "this key";
    return {
      ...place(start),
      message: `${quote(key)} stands twice in the same map: keep one of the two`,
      fatal: false,
    };
  }
  if (error.code === "MULTIPLE_DOCS") {
    return {
      ...place(start),
      message: 'a second document begins here: remove the line "---" and what follows it',
      fatal: true,
    };
  }
  const remedy = remedies[error.code];
  return {
    ...place(start),
    message: `not valid YAML: ${sentence(error.message)}${remedy === undefined ? "" : `: ${remedy}`}`,
    fatal: true,
  };
}

const remedies: Readonly<Partial<Record<string, string>>> = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_INDENT: "indent keys of the same level by the same number of spaces",
  BLOCK_AS_IMPLICIT_KEY: 'check the indentation, and put values that contain ": " in quotes',
  MISSING_CHAR: "close what was opened, or put the value in quotes",
  TAG_RESOLVE_FAILED: 'tags ("!…") are not used here, remove it',
  BAD_SCALAR_START: "put the value in quotes",
  UNEXPECTED_TOKEN: "check the indentation and the quotes on this line and the one before",
};

const sentence = (message: string): string => message.slice(0, 1).toLowerCase() + message.slice(1).replace(/\.$/, "");

function unresolvedAliases(document: Document.Parsed, place: Placer): YamlFault[] {
  const faults: YamlFault[] = [];
  visit(document, {
    Alias(_, node) {
      if (isAlias(node) && node.resolve(document) === undefined) {
        const message = `*${node.source} refers to an anchor that is not set above it: write &${node.source} where the value stands, or put a value that begins with * in quotes`;
        faults.push({ ...place(node.range?.[0] ?? 0), message, fatal: true });
      }
    },
  });
  return faults;
}
