import { readFileSync } from "node:fs";

/** How many files this process may have open at once; null = it is not known (not Linux), or not limited. */
export function fileHandleLimit(): number | null {
  try {
    return softLimit(readFileSync("/proc/self/limits", "latin1"));
  } catch {
    return null;
  }
}

/** Node raises the soft limit to the hard one when it starts. */
export function softLimit(limits: string): number | null {
  const digits = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return digits === undefined ? null : Number(digits);
}
