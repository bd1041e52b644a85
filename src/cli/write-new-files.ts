import { randomBytes } from "node:crypto";
import { access, constants, copyFile, link, rename, rm, writeFile } from "node:fs/promises";

interface NewFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Writes all of the files or none, each whole or not at all; the owner alone may read them. Files that are there are only
 * overwritten with `force`. null = written, else what is in the way.
 */
export async function writeNewFiles(files: readonly NewFile[], force: boolean): Promise<string | null> {
  for (const { path } of files) {
    if (!force && (await exists(path))) return `${path} is there already: choose another name, or give --force`;
  }
  const drafts = files.map(({ path, text }) => ({
    path,
    text,
    draft: `${path}.${randomBytes(6).toString("hex")}.tmp`,
  }));
  const written: string[] = [];
  try {
    for (const { draft, text } of drafts) await writeFile(draft, text, { mode: 0o600, flag: "wx" });
    for (const { draft, path } of drafts) {
      // A link, unlike a rename, does not overwrite what somebody put there meanwhile.
      if (force) await rename(draft, path);
      else await linkOrCopy(draft, path);
      written.push(path);
    }
    return null;
  } catch (error) {
    if (!force) await Promise.all(written.map(async (path) => rm(path, { force: true })));
    return `cannot write: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    await Promise.all(drafts.map(async ({ draft }) => rm(draft, { force: true })));
  }
}

/** Not all file systems have links. */
async function linkOrCopy(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") throw error;
    await copyFile(draft, path, constants.COPYFILE_EXCL);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
