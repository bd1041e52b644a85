import type { Config } from "./config.ts";
import type { RawDocument } from "./expand-presets.ts";
import { createFindings } from "./findings.ts";
import type { Findings } from "./findings.ts";
import { createOrigins } from "./origins.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { Presets } from "./preset.ts";
import type { Problem } from "./problem.ts";
import { readDocument } from "./read-document.ts";
import type { Document } from "./read-document.ts";
import { filesToCome, referencedFiles } from "./referenced-files.ts";
import { resolveConfig } from "./resolve-config.ts";
import type { ResolveContext } from "./resolve-context.ts";

/** What a configuration text means, or what is wrong with it. */
export type Interpretation =
  | {
      readonly ok: true;
      /** Frozen all the way down. */
      readonly config: Config;
      readonly warnings: readonly Problem[];
      /** The document with its presets expanded, as an admin would have written it. */
      readonly expanded: RawDocument;
      /** For what shows only when the configuration is put into force, such as a port that is taken. */
      readonly problemAt: Findings["problemAt"];
    }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/** A document whose shape is known, and the files that its meaning depends on. */
export interface Draft {
  readonly files: ReadonlySet<string>;
  /** Those of them that need not exist yet, with the host names that a placeholder is made for. */
  readonly filesToCome: ReadonlyMap<string, readonly string[]>;
  /** Files are looked up by the names in `files`. */
  resolve(around: Omit<ResolveContext, "findings">): Interpretation;
}

/** The meaning of a configuration text; the first half, before the files it names have been read. Never throws. */
export function interpret(text: string, file: string, presets: Presets): Draft {
  const origins = createOrigins();
  const parsed = parseYaml(text);
  const place = parsed.ok ? parsed.yaml.place : () => ({ line: 1, column: 1 });
  const findings = createFindings({ file, place, origin: origins.of });
  const faults = parsed.ok ? parsed.yaml.faults : parsed.faults;
  const yamlProblems = faults.map(({ line, column, message }) => ({ file, line, column, path: "", message }));
  const document = parsed.ok ? readDocument(parsed.yaml.value, { presets, findings, origins }) : null;
  return {
    files: document === null ? new Set() : referencedFiles(document),
    filesToCome: document === null ? new Map() : filesToCome(document),
    resolve: (around) => conclude({ file, document, findings, yamlProblems }, around),
  };
}

interface Parts {
  readonly file: string;
  readonly document: Document | null;
  readonly findings: Findings;
  readonly yamlProblems: readonly Problem[];
}

function conclude(
  { file, document, findings, yamlProblems }: Parts,
  around: Omit<ResolveContext, "findings">,
): Interpretation {
  const config = document === null ? null : resolveConfig(file, document, { ...around, findings });
  const problems = [...yamlProblems, ...findings.problems()].toSorted((a, b) => a.line - b.line || a.column - b.column);
  const warnings = findings.warnings();
  if (document === null || config === null || problems.length > 0) return { ok: false, problems, warnings };
  return {
    ok: true,
    config,
    warnings,
    expanded: document.expanded,
    problemAt: (path, message) => findings.problemAt(path, message),
  };
}
