import { watch, type FSWatcher } from "node:fs";
import { dirname } from "node:path";
import type { Clock, Timer } from "../util/clock.ts";
import { digestOf, loadFile } from "./load-file.ts";
import type { FileDigests } from "./load-file.ts";

export interface FileWatch {
  /** From now on these, instead of those before: a change is what differs from the digests. */
  follow(files: FileDigests): void;
  close(): void;
}

export interface FileWatchOptions {
  readonly clock: Clock;
  /** Gets the absolute paths of the files whose content changed. */
  readonly onChange: (files: readonly string[]) => void;
}

/** Editors and certificate tools write in several steps; what they made is looked at when they are still. */
const settleMs = 500;
/** For what no event tells: network drives, a link higher up in the path that was set to another folder. */
const lookAgainMs = 30_000;

/**
 * Notices when the content of one of the files changes: by the system's events on their folders (so that a file that is
 * replaced by rename or by a link is seen too), and by looking again now and then. What can't be watched or read is no
 * error: a file that is gone is a file that changed.
 */
export function watchFiles(files: FileDigests, { clock, onChange }: FileWatchOptions): FileWatch {
  let known = new Map(files);
  let watchers: readonly FSWatcher[] = [];
  let settling: Timer | null = null;
  let generation = 0;
  const compare = async (): Promise<void> => {
    const mine = generation;
    const found = await Promise.all(
      [...known.keys()].map(async (file) => [file, digestOf(await loadFile(file))] as const),
    );
    // It was closed or given other files meanwhile.
    if (mine !== generation) return;
    const changed = found.filter(([file, digest]) => known.get(file) !== digest);
    known = new Map(found);
    if (changed.length > 0) onChange(changed.map(([file]) => file));
  };
  const settle = (): void => {
    settling?.cancel();
    settling = clock.after(settleMs, () => void compare());
  };
  const open = (): void => {
    for (const watcher of watchers) watcher.close();
    const folders = new Set([...known.keys()].map((file) => dirname(file)));
    watchers = [...folders].flatMap((folder) => watchFolder(folder, settle) ?? []);
  };
  const look = (): void => {
    // A folder that was replaced has to be watched anew.
    open();
    settle();
  };
  const again = clock.every(lookAgainMs, look);
  look();
  return {
    follow(next) {
      generation += 1;
      known = new Map(next);
      look();
    },
    close() {
      generation += 1;
      again.cancel();
      settling?.cancel();
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** null = the system can't watch it (it does not exist, or there are too many watches). */
function watchFolder(folder: string, changed: () => void): FSWatcher | null {
  try {
    return watch(folder, { persistent: false }, changed).on("error", () => undefined);
  } catch {
    return null;
  }
}
