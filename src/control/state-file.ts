import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import type { Log } from "../observe/log.ts";
import { noStates, type OperatorStates } from "./operator-states.ts";

const stateShape = {
  state: z.enum(["available", "drain", "unavailable"]),
  by: z.string().max(200),
  at: z.iso.datetime(),
  note: z.string().max(1000),
  until: z.iso.datetime().nullable(),
  cut: z.boolean(),
};
const statesSchema = z.object({
  version: z.literal(1),
  servers: z.record(z.string(), z.object(stateShape)),
  members: z.array(z.object({ farm: z.string(), server: z.string(), ...stateShape })),
});

const keyBytes = 32;
const keyName = "affinity.key";

/** Where operators' states outlive the process. */
export interface StateStore {
  load(): OperatorStates;
  /** Throws where they can't be kept. */
  save(states: OperatorStates): void;
  /** For affinity cookies: made at the first call of all, and then kept. */
  cookieKey(): Buffer;
}

/** Nothing is kept. */
export const noStore: StateStore = {
  load: () => noStates,
  save: () => undefined,
  cookieKey: () => randomBytes(keyBytes),
};

/**
 * One small file, replaced as a whole at each change. One that can't be understood is put aside and said loudly: the router
 * starts all the same.
 */
export function stateFile(file: string, log: Log): StateStore {
  return {
    load() {
      try {
        const text = read(file);
        return text === null ? noStates : statesIn(text);
      } catch (error) {
        log("states.unreadable", { file, problem: problemOf(error), aside: putAside(file) });
        return noStates;
      }
    },
    save: (states) => replace(file, JSON.stringify(states, null, 2)),
    cookieKey: () => cookieKey(join(dirname(file), keyName), log),
  };
}

/** Throws where that is nothing that this router writes. */
function statesIn(text: string): OperatorStates {
  const parsed = statesSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  return parsed.data;
}

/** All of it or nothing, and for this user alone. */
function replace(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, `${text}\n`, { mode: 0o600, flag: "wx", flush: true });
  renameSync(fresh, file);
}

/** Whoever has it can tell servers' cookies: nobody but this user may read it. */
function cookieKey(file: string, log: Log): Buffer {
  try {
    const key = Buffer.from(read(file) ?? newKey(file), "base64");
    if (key.length >= keyBytes) return key;
    throw new Error(`what stands there is not ${keyBytes} bytes in base64, and is left as it is`);
  } catch (error) {
    log("states.key-not-kept", { file, problem: problemOf(error) });
    return randomBytes(keyBytes);
  }
}

function problemOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Of routers that start together in one folder all get the same, the first one's. */
function newKey(file: string): string {
  const fresh = `${randomBytes(keyBytes).toString("base64")}\n`;
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, fresh, { mode: 0o600, flush: true, flag: "wx" });
    return fresh;
  } catch (error) {
    if (isError(error, "EEXIST")) return readFileSync(file, "utf8");
    throw error;
  }
}

/** null: there is none. */
function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isError(error, "ENOENT")) return null;
    throw error;
  }
}

function isError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function putAside(file: string): string {
  const aside = `${file}.unreadable`;
  try {
    renameSync(file, aside);
    return aside;
  } catch {
    return file;
  }
}
