import type { Findings } from "./findings.ts";
import type { FileContents } from "./referenced-files.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";

/** What resolving needs beside the document. */
export interface ResolveContext {
  readonly findings: Findings;
  readonly files: FileContents;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970, for certificates that have expired. */
  readonly now: number;
}

/** The content of a file that the document names at `path`; null = it could not be read, which is reported. */
export function contentOf(name: string, path: Path, { files, findings }: ResolveContext): Buffer | null {
  const content = files.get(name) ?? { ok: false, reason: "it was not read" };
  if (content.ok) return Buffer.from(content.bytes);
  findings.problem(
    path,
    `${quote(name)} cannot be read: ${content.reason}; file names are relative to the configuration file`,
  );
  return null;
}
