import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, sep } from "node:path";
import { describe, it } from "node:test";

/** Which parts of src/ a part may import. ARCHITECTURE.md shows the same as a picture. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  util: [],
  http: ["util"],
  observe: ["util"],
  rules: ["util", "http"],
  config: ["util", "http", "rules"],
  farm: ["util", "http", "config", "observe"],
  net: ["util", "http", "config", "observe", "farm"],
  health: ["util", "http", "config", "observe", "farm", "net"],
  forward: ["util", "http", "rules", "config", "observe", "farm", "net"],
  tracing: ["util", "config", "observe", "farm"],
  router: ["util", "http", "config", "observe", "rules", "farm", "net", "forward"],
  control: ["util", "http", "config", "observe", "farm", "net", "health"],
  http2: ["util", "http", "config", "observe", "farm", "net", "forward"],
  listen: ["util", "http", "config", "observe", "farm", "net", "forward", "router", "http2"],
  "access-log": ["util", "http", "config", "observe", "farm"],
  acme: ["util", "config", "observe", "farm"],
  processes: [
    "util",
    "http",
    "config",
    "observe",
    "tracing",
    "farm",
    "net",
    "health",
    "forward",
    "router",
    "control",
    "listen",
    "acme",
    "http2",
    "access-log",
  ],
  exchange: ["util", "http", "config"],
  lab: ["util", "http", "observe"],
  explain: ["util", "http", "rules", "config", "observe", "farm", "net", "forward", "router", "control"],
  admin: ["util", "http", "config", "observe", "farm", "health", "control", "explain"],
};

/** The composition root and the commands import everything; only they import each other. */
const roots: readonly string[] = ["main.ts", "cli"];

/** No sockets, timers, files: what is here tests in microseconds. Only the loader of config/ reads the files. */
const pure: readonly RegExp[] = [/^http\//, /^rules\//, /^config\/(?!load-|watch-)/, /^farm\/balance\//];
const pureModules: readonly string[] = ["node:buffer", "node:crypto", "node:path", "node:url", "node:util"];

/**
 * The request path may never go through these: decision 1 of the design. http2/ is the one part that may, decision 10, and
 * only through node:http2.
 */
const requestPath: readonly RegExp[] = [/^(?:forward|net|router|listen|http2)\//];
const exceptions = /^http2\/.* -> node:http2$/;
const slowModules: readonly string[] = ["node:http", "node:https", "node:http2", "node:stream", "node:stream/promises"];

const maxCodeLines = 250;

interface Source {
  /** Below src/, with "/". */
  readonly path: string;
  readonly text: string;
  /** As written. */
  readonly imports: readonly string[];
}

function sourceOf(path: string, text: string): Source {
  return { path, text, imports: importsOf(text) };
}

function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
  const statements = code.matchAll(
    /^(?:import|export)\b(?:[^"'`;]*?\bfrom)?\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm,
  );
  return Array.from(statements, (match) => match[1] ?? match[2] ?? "");
}

/** The file below src/ that an import names; a path that begins with "../" lies outside; null = a package or Node. */
function target(source: Source, name: string): string | null {
  return name.startsWith(".") ? posix.normalize(posix.join(posix.dirname(source.path), name)) : null;
}

function partOf(path: string): string {
  return path.split("/")[0] ?? path;
}

function forbiddenImports(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    source.imports.flatMap((name) => {
      const to = target(source, name);
      return to === null || isAllowed(source.path, to) ? [] : [`${source.path} -> ${to}`];
    }),
  );
}

function isAllowed(from: string, to: string): boolean {
  if (to.startsWith("../") || isTest(to)) return false;
  const [above, below] = [partOf(from), partOf(to)];
  if (roots.includes(above) || above === below) return true;
  return allowed[above]?.includes(below) === true;
}

/** Node's modules that these files import and may not. */
function modules(sources: readonly Source[], where: readonly RegExp[], bad: (name: string) => boolean): string[] {
  return sources
    .filter(({ path }) => where.some((pattern) => pattern.test(path)))
    .flatMap(({ path, imports }) =>
      imports.filter((name) => name.startsWith("node:") && bad(name)).map((name) => `${path} -> ${name}`),
    );
}

/** The files of each cycle, in order. */
function cycles(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (source: Source, way: readonly string[]): void => {
    const start = way.indexOf(source.path);
    if (start !== -1) found.push([...way.slice(start), source.path].join(" -> "));
    if (start !== -1 || finished.has(source.path)) return;
    for (const name of source.imports) {
      const next = byPath.get(target(source, name) ?? "");
      if (next !== undefined) visit(next, [...way, source.path]);
    }
    finished.add(source.path);
  };
  for (const source of sources) visit(source, []);
  return found;
}

function codeLines(text: string): number {
  const code = text.replace(/\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""));
  return code.split("\n").filter((line) => !/^\s*(?:\/\/.*)?$/.test(line)).length;
}

function isTest(path: string): boolean {
  return /\.(?:test|contract|fixture)\.ts$/.test(path);
}

/** The compiled test stands somewhere below the repository's root. */
function repository(): string {
  let folder = import.meta.dirname;
  while (!readdirSync(folder).includes("package.json")) folder = dirname(folder);
  return folder;
}

function readSources(): Source[] {
  const folder = join(repository(), "src");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.split(sep).join("/"))
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
    .map((path) => sourceOf(path, readFileSync(join(folder, path), "utf8")));
}

describe("the architecture", () => {
  const everything = readSources();
  const sources = everything.filter(({ path }) => !isTest(path));

  it("knows every part of src/", () => {
    const unknown = sources
      .map(({ path }) => partOf(path))
      .filter((part) => !(part in allowed) && !roots.includes(part));
    assert.deepEqual([...new Set(unknown)], []);
  });

  it("has no part that may import what may import it", () => {
    const pairs = Object.entries(allowed).flatMap(([above, parts]) => parts.map((below) => [above, below] as const));
    const circular = pairs.filter(([above, below]) => below === above || allowed[below]?.includes(above) !== false);
    assert.deepEqual(circular, []);
  });

  it("has only the imports that the table allows", () => assert.deepEqual(forbiddenImports(sources), []));

  it("has no cycle, not even of types", () => assert.deepEqual(cycles(sources), []));

  it("has imports of main.ts and the commands in themselves only, and in their tests", () => {
    const importers = everything.flatMap((source) =>
      source.imports.flatMap((name) => {
        const to = target(source, name) ?? "";
        return roots.includes(partOf(to)) && !roots.includes(partOf(source.path)) ? [`${source.path} -> ${to}`] : [];
      }),
    );
    assert.deepEqual(importers, []);
  });

  it("keeps sockets, timers and files out of what is pure", () => {
    assert.deepEqual(
      modules(sources, pure, (name) => !pureModules.includes(name)),
      [],
    );
  });

  it("keeps node:http and streams out of the request path", () => {
    assert.deepEqual(
      modules(sources, requestPath, (name) => slowModules.includes(name)).filter((found) => !exceptions.test(found)),
      [],
    );
  });

  it("imports Node's modules by their full names", () => {
    const bare =
      /^(?:assert|buffer|child_process|cluster|crypto|dns|events|fs|https?|http2|net|os|path|stream|timers|tls|url|util)(?:\/|$)/;
    assert.deepEqual(
      everything.flatMap(({ path, imports }) =>
        imports.filter((name) => bare.test(name)).map((name) => `${path} -> ${name}`),
      ),
      [],
    );
  });

  it(`has no file of more than ${maxCodeLines} lines of code`, () => {
    const long = sources.filter(({ text }) => codeLines(text) > maxCodeLines).map(({ path }) => path);
    assert.deepEqual(long, []);
  });
});

describe("the test of the architecture", () => {
  it("names a forbidden import", () => {
    const rule = sourceOf("rules/rule.ts", 'import type { Server } from "../farm/server.ts";\n');
    assert.deepEqual(forbiddenImports([rule]), ["rules/rule.ts -> farm/server.ts"]);
  });

  it("sees every kind of import and no comment", () => {
    const text = `
import "./a.ts";
import { b, type B } from "./b.ts";
import {
  c,
} from './c.ts';
export { d } from "./d.ts";
export * from "./e.ts";
import * as f from "./f.ts";
const g = await import("./g.ts");
// import { x } from "./x.ts";
/* import { y } from "./y.ts"; */
/**
 * import { z } from "./z.ts";
 */
export const h = "./h.ts";
export function from() { return "i"; }
`;
    const names = ["a", "b", "c", "d", "e", "f", "g"].map((name) => `./${name}.ts`);
    assert.deepEqual(importsOf(text), names);
  });

  it("refuses an import of a test, of something outside src/ and of the composition root", () => {
    const text = 'import "../../test/x.ts";\nimport "./y.test.ts";\nimport "../main.ts";\nimport "../cli/run.ts";\n';
    assert.equal(forbiddenImports([sourceOf("util/x.ts", text)]).length, 4);
  });

  it("finds a cycle within a part", () => {
    const files = [
      sourceOf("a/x.ts", 'import "./y.ts";'),
      sourceOf("a/y.ts", 'import "./z.ts";'),
      sourceOf("a/z.ts", 'import type { Y } from "./y.ts";'),
    ];
    assert.deepEqual(cycles(files), ["a/y.ts -> a/z.ts -> a/y.ts"]);
  });

  it("finds a socket in what is pure and a stream in the request path", () => {
    const files = [
      sourceOf("http/x.ts", 'import { connect } from "node:net";'),
      sourceOf("net/x.ts", 'import { pipeline } from "node:stream/promises";'),
    ];
    assert.deepEqual(
      modules(files, pure, (name) => !pureModules.includes(name)),
      ["http/x.ts -> node:net"],
    );
    assert.deepEqual(
      modules(files, requestPath, (name) => slowModules.includes(name)),
      ["net/x.ts -> node:stream/promises"],
    );
  });

  it("counts code and nothing else", () => {
    assert.equal(codeLines("/**\n * a\n */\nconst a = 1; // b\n\n// c\nconst d = 2; /* e\n */\n"), 2);
  });
});
