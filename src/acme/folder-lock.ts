import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../util/clock.ts";
import { isMissing } from "./is-missing.ts";

const renewEveryMs = 10_000;
/** Whoever held it has died, or its machine has. */
const staleAfterMs = 60_000;

/**
 * Runs what only one process at a time may do in a folder, also where they are on different machines or in containers
 * (so that process ids say nothing). null = another one is at it.
 */
export async function withFolderLock<Result>(
  folder: string,
  clock: Clock,
  run: () => Promise<Result>,
): Promise<Result | null> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "lock");
  const token = randomUUID();
  if (!(await take(file, token, clock)) && !((await isStale(file, clock)) && (await takeOver(file, token, clock)))) {
    return null;
  }
  const timer = clock.every(renewEveryMs, () => void touch(file, clock));
  try {
    return await run();
  } finally {
    timer.cancel();
    if ((await ownerOf(file)) === token) await rm(file, { force: true });
  }
}

async function take(file: string, token: string, clock: Clock): Promise<boolean> {
  try {
    const handle = await open(file, "wx", 0o600);
    try {
      await handle.writeFile(token);
      await handle.utimes(clock.now() / 1000, clock.now() / 1000);
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function isStale(file: string, clock: Clock): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(file);
    return Math.abs(clock.now() - mtimeMs) > staleAfterMs;
  } catch (error) {
    return isMissing(error);
  }
}

/** Of two that do this at the same moment the one whose token stays goes on. */
async function takeOver(file: string, token: string, clock: Clock): Promise<boolean> {
  await rm(file, { force: true });
  return (await take(file, token, clock)) && (await ownerOf(file)) === token;
}

async function ownerOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch {
    return null;
  }
}

/** Where it fails the lock goes stale, and the next one takes over. */
async function touch(file: string, clock: Clock): Promise<void> {
  try {
    await utimes(file, clock.now() / 1000, clock.now() / 1000);
  } catch {
    // Said above.
  }
}
