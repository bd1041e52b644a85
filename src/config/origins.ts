import type { Path } from "./problem.ts";

/** Remembers from where in the admin's text each part of an expansion came. */
export interface Origins {
  readonly add: (made: Path, written: Path) => void;
  /** Where to point for a problem with what stands at `path` of the expanded document. */
  readonly of: (path: Path) => Path;
}

export function createOrigins(): Origins {
  const table = new Map<string, Path>();
  return {
    add: (made, written) => void table.set(JSON.stringify(made), written),
    of(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const written = table.get(JSON.stringify(path.slice(0, length)));
        if (written !== undefined) return [...written, ...path.slice(length)];
      }
      return path;
    },
  };
}
