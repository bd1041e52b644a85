import { dirname, resolve } from "node:path";
import { decodeText } from "./decode-text.ts";
import { interpret } from "./interpret.ts";
import type { Interpretation } from "./interpret.ts";
import { digestOf, loadFile } from "./load-file.ts";
import type { FileDigests } from "./load-file.ts";
import { loadPlaceholder } from "./load-placeholder.ts";
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
  /** Taken for the file's content; left out: the file is read. */
  readonly document?: FileContent | undefined;
}

export type LoadResult = Interpretation & {
  /** All that was read or should have been: the configuration itself and what it names. */
  readonly files: FileDigests;
  readonly document: FileContent;
};

/** Reads a configuration and the files it names. Never rejects: whatever is wrong is in the result, all at once. */
export async function loadConfig(file: string, options: LoadOptions): Promise<LoadResult> {
  const { presets, env, now } = options;
  const document = options.document ?? (await loadFile(file));
  const own = [[resolve(file), digestOf(document)]] as const;
  const alone = { files: new Map(own), document };
  if (!document.ok) return { ...failed(file, `${quote(file)} cannot be read: ${document.reason}`), ...alone };
  const decoded = decodeText(document.bytes);
  if (!decoded.ok) return { ...failed(file, decoded.message, decoded.place), ...alone };
  const draft = interpret(decoded.text, file, presets);
  const folder = dirname(file);
  const found = await Promise.all(
    [...draft.files].map(async (name) => [name, await loadFile(resolve(folder, name))] as const),
  );
  const digests = found.map(([name, one]) => [resolve(folder, name), digestOf(one)] as const);
  const files = await Promise.all(
    found.map(async ([name, one]) => [name, await loadPlaceholder(one, draft.filesToCome.get(name), now)] as const),
  );
  return { ...draft.resolve({ files: new Map(files), env, now }), files: new Map([...own, ...digests]), document };
}

function failed(file: string, message: string, { line, column } = { line: 1, column: 1 }): Interpretation {
  return { ok: false, problems: [{ file, line, column, path: "", message }], warnings: [] };
}
