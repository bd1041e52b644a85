import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { FileContent } from "./referenced-files.ts";

/** SHA-256 of files' contents by absolute path; null = it could not be read. */
export type FileDigests = ReadonlyMap<string, string | null>;

const maxFileBytes = 16 * 1024 * 1024;

/** Never rejects. */
export async function loadFile(file: string): Promise<FileContent> {
  try {
    const { size } = await stat(file);
    if (size > maxFileBytes) return { ok: false, reason: `it is larger than ${maxFileBytes} bytes` };
    return { ok: true, bytes: await readFile(file) };
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return { ok: false, reason: reasonOf(error), missing };
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

/** For finding out whether it changed. */
export function digestOf(content: FileContent): string | null {
  return content.ok ? createHash("sha256").update(content.bytes).digest("hex") : null;
}
