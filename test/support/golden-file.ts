import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RuleRequest } from "../../src/rules/rule-request.ts";

/** One request of a golden file, and what becomes of it. */
interface GoldenCase {
  /** Where it stands, and its request line. */
  readonly title: string;
  readonly request: RuleRequest;
  /** The blocks behind the request, without the lines of dashes. */
  readonly blocks: readonly string[];
}

interface GoldenSection {
  readonly title: string;
  readonly yaml: string;
  readonly cases: readonly GoldenCase[];
}

const requestLine = /^[A-Z_]+ \S+ (?:tls|plain)$/;

/** The golden files of a folder below test/golden/, by name. */
export function goldenFiles(folder: string): { readonly name: string; readonly sections: readonly GoldenSection[] }[] {
  const path = join(repository(), "test", "golden", folder);
  return readdirSync(path)
    .filter((name) => name.endsWith(".txt"))
    .toSorted()
    .map((name) => ({ name, sections: sectionsOf(readFileSync(join(path, name), "utf8")) }));
}

/** The compiled test stands somewhere below the repository's root. */
function repository(): string {
  let folder = import.meta.dirname;
  while (!readdirSync(folder).includes("package.json")) folder = dirname(folder);
  return folder;
}

/** "=== title" begins a section: YAML, then requests. What stands before the first one is a comment. */
function sectionsOf(text: string): GoldenSection[] {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, index) => (line.startsWith("=== ") ? [index] : []));
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? lines.length;
    const first = lines.findIndex((line, at) => at > start && at < end && requestLine.test(line));
    if (first === -1) throw new Error(`line ${start + 1}: a section without a request`);
    return {
      title: (lines[start] ?? "").slice(4),
      yaml: lines.slice(start + 1, first).join("\n"),
      cases: casesOf(lines.slice(first, end), first + 1),
    };
  });
}

/** Blank lines separate the cases. */
function casesOf(lines: readonly string[], firstLine: number): GoldenCase[] {
  const cases: GoldenCase[] = [];
  let block: string[] = [];
  for (const [index, line] of [...lines, ""].entries()) {
    if (line !== "") block.push(line);
    else if (block.length > 0) {
      cases.push(caseOf(block, firstLine + index - block.length));
      block = [];
    }
  }
  return cases;
}

function caseOf(lines: readonly string[], lineNumber: number): GoldenCase {
  const [head = "", ...blocks] = lines.join("\n").split(/\n-{3,}\n/);
  if (!requestLine.test(lines[0] ?? "") || blocks.length === 0) {
    throw new Error(
      `line ${lineNumber}: a request is "METHOD TARGET tls" or "… plain", headers, a line of dashes, the outcome`,
    );
  }
  return { title: `line ${lineNumber}: ${lines[0]}`, request: requestOf(head), blocks };
}

/** The addresses are the same for all requests. The bytes of the file are the bytes of the request. */
function requestOf(text: string): RuleRequest {
  const [first = "", ...lines] = Buffer.from(text, "utf8").toString("latin1").split("\n");
  const [method = "", target = "", transport] = first.split(" ");
  const https = transport === "tls";
  const start = `${method} ${target} HTTP/1.1\r\n`;
  const host = lines.find((line) => /^host:/i.test(line)) ?? "";
  return {
    method,
    target,
    host: host.replace(/^host:\s*/i, ""),
    https,
    version: "1.1",
    head: `${start}${lines.map((line) => `${line}\r\n`).join("")}\r\n`,
    fieldsStart: start.length,
    clientAddress: "192.0.2.7",
    clientPort: 50_123,
    localAddress: "10.0.0.1",
    localPort: https ? 443 : 80,
  };
}
