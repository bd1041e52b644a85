import * as z from "zod";
import { didYouMean } from "./did-you-mean.ts";
import type { Findings } from "./findings.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";

interface Fault {
  readonly path: Path;
  readonly message: string;
  readonly unknownKey: boolean;
}

/**
 * Reports everything that `schema` finds wrong with the value at `path`. null = unusable; where it can do without
 * the wrong keys it is returned without them, so that the checks that follow can find what else is wrong with it.
 */
export function validate<S extends z.ZodType>(
  schema: S,
  raw: unknown,
  path: Path,
  findings: Findings,
): z.output<S> | null {
  const result = schema.safeParse(raw, { error: describe, reportInput: true });
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap(flatten);
  for (const fault of faults)
    findings.problem([...path, ...fault.path], fault.message, fault.unknownKey ? "key" : "value");
  return withoutFaults(schema, raw, faults);
}

/** Leaves out what is wrong, and as much around it as is needed for the rest to be whole. */
function withoutFaults<S extends z.ZodType>(schema: S, raw: unknown, faults: readonly Fault[]): z.output<S> | null {
  const depth = Math.max(...faults.map(({ path }) => path.length));
  for (let up = 0; up < depth; up += 1) {
    const rest = faults.reduce((value, { path }) => omit(value, path.slice(0, Math.max(path.length - up, 1))), raw);
    const result = schema.safeParse(rest);
    if (result.success) return result.data;
  }
  return null;
}

/** Messages for what the schemas say nothing about themselves. For unknown keys: the allowed ones. */
function describe(issue: z.core.$ZodRawIssue): string {
  const keys = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
  if (issue.code === "unrecognized_keys") return keys.join(", ");
  if (issue.input === undefined) return "missing";
  if (issue.code !== "invalid_type") return `${quote(issue.input)} is not allowed here`;
  if (issue.expected === "object")
    return `${quote(issue.input)} is not a map: write below it one or more of ${keys.join(", ")}`;
  return `${quote(issue.input)} is not ${issue.expected === "array" ? "a list" : `of the type ${issue.expected}`}`;
}

function flatten(issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path.map((segment) => (typeof segment === "number" ? segment : String(segment)));
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => unknownKey([...path, key], key, issue.message));
  if (issue.code === "invalid_union") {
    const branch = intendedBranch(issue.errors.map((issues) => issues.flatMap(flatten)));
    if (branch !== null) return branch.map((fault) => ({ ...fault, path: [...path, ...fault.path] }));
  }
  if (issue.code === "invalid_key") {
    return [{ path, message: issue.issues[0]?.message ?? issue.message, unknownKey: true }];
  }
  return [{ path, message: issue.message, unknownKey: false }];
}

/** Of the ways to write a value, the one that what was written comes nearest to; null = it is none of their kinds. */
function intendedBranch(branches: readonly (readonly Fault[])[]): readonly Fault[] | null {
  const sameKind = branches.filter((faults) => faults.every((fault) => fault.path.length > 0));
  return sameKind.toSorted((a, b) => a.length - b.length)[0] ?? null;
}

function unknownKey(path: Path, key: string, allowed: string): Fault {
  const hint = didYouMean(key, allowed.split(", "));
  return {
    path,
    message: `${quote(key)} is not a key here${hint || ":"} allowed ${hint ? "here " : ""}are ${allowed}`,
    unknownKey: true,
  };
}

/** A copy without what stands at `path`. */
function omit(value: unknown, path: Path): unknown {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? omit(item, rest) : item));
  const entries = Object.entries(value);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([name]) => name !== key));
  return Object.fromEntries(entries.map(([name, part]) => [name, name === key ? omit(part, rest) : part]));
}
