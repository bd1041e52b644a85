import type { PatternSyntax } from "./rule-config.ts";

export function pathKey(_source: string, _syntax: PatternSyntax): string | null {
  return null;
}

export interface LiteralHost {
  readonly host: string;
  readonly form: "exact" | "any-port" | "prefix";
}

export function literalHost(_source: string, _syntax: PatternSyntax): LiteralHost | null {
  return null;
}

export function matchesAll(source: string, _syntax: PatternSyntax): boolean {
  return ["*", ".*", "(.*)", "^(.*)$", "^.*$"].includes(source);
}
