import { dirname, resolve } from "node:path";
import { decodeText } from "./decode-text.ts";
import { interpret } from "./interpret.ts";
import type { Interpretation } from "./interpret.ts";
import { digestOf, loadFile } from "./load-file.ts";
import type { FileDigests } from "./load-file.ts";
import { loadPlaceholder } from "./load-placeholder.ts";
import type { Presets } from "./preset.ts";
import { quote } from "./quote.ts";

export interface LoadOptions {
  /** What expands blocks such as `exchange:`. */
  readonly presets: Presets;
  /** For passwords. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970, for certificates that have expired. */
  readonly now: number;
}

/** `files` is all that was read or should have been: the configuration itself and what it names. */
export type LoadResult = Interpretation & { readonly files: FileDigests };

/** Reads a configuration and the files it names. Never rejects: whatever is wrong is in the result, all at once. */
export async function loadConfig(file: string, { presets, env, now }: LoadOptions): Promise<LoadResult> {
  const content = await loadFile(file);
  const own = [[resolve(file), digestOf(content)]] as const;
  if (!content.ok) return { ...failed(file, `${quote(file)} cannot be read: ${content.reason}`), files: new Map(own) };
  const decoded = decodeText(content.bytes);
  if (!decoded.ok) return { ...failed(file, decoded.message, decoded.place), files: new Map(own) };
  const draft = interpret(decoded.text, file, presets);
  const folder = dirname(file);
  const found = await Promise.all(
    [...draft.files].map(async (name) => [name, await loadFile(resolve(folder, name))] as const),
  );
  const digests = found.map(([name, one]) => [resolve(folder, name), digestOf(one)] as const);
  const files = await Promise.all(
    found.map(async ([name, one]) => [name, await loadPlaceholder(one, draft.filesToCome.get(name), now)] as const),
  );
  return { ...draft.resolve({ files: new Map(files), env, now }), files: new Map([...own, ...digests]) };
}

function failed(file: string, message: string, { line, column } = { line: 1, column: 1 }): Interpretation {
  return { ok: false, problems: [{ file, line, column, path: "", message }], warnings: [] };
}
