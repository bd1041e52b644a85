import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { decodeText } from "./decode-text.ts";
import { interpret } from "./interpret.ts";
import type { LoadResult } from "./interpret.ts";
import type { Presets } from "./preset.ts";
import { quote } from "./quote.ts";
import type { FileContent } from "./referenced-files.ts";

export interface LoadOptions {
  /** What expands blocks such as `exchange:`. */
  readonly presets: Presets;
  /** For passwords. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970, for certificates that have expired. */
  readonly now: number;
}

const maxFileBytes = 4 * 1024 * 1024;

/** Reads a configuration and the files it names. Never rejects: whatever is wrong is in the result, all at once. */
export async function loadConfig(file: string, { presets, env, now }: LoadOptions): Promise<LoadResult> {
  const content = await read(file);
  if (!content.ok) return failed(file, `${quote(file)} cannot be read: ${content.reason}`);
  const decoded = decodeText(content.bytes);
  if (!decoded.ok) return failed(file, decoded.message, decoded.place);
  const draft = interpret(decoded.text, file, presets);
  const folder = dirname(file);
  const files = await Promise.all(
    [...draft.files].map(async (name) => [name, await read(resolve(folder, name))] as const),
  );
  return draft.resolve({ files: new Map(files), env, now });
}

async function read(file: string): Promise<FileContent> {
  try {
    const { size } = await stat(file);
    if (size > maxFileBytes) return { ok: false, reason: `it is larger than ${maxFileBytes} bytes` };
    return { ok: true, bytes: await readFile(file) };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}

const reasons: Readonly<Partial<Record<string, string>>> = {
  ENOENT: "it does not exist",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
  EISDIR: "it is a folder",
};

function failed(file: string, message: string, { line, column } = { line: 1, column: 1 }): LoadResult {
  return { ok: false, problems: [{ file, line, column, path: "", message }], warnings: [] };
}
