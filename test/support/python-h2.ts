import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { runProgram } from "../../src/lab/testing/run-program.ts";

const python = "/usr/bin/python3";
/** From the compiled file to the source: the compiler copies no Python. */
const script = fileURLToPath(new URL("../../../test/support/python-h2/run.py", import.meta.url));
const resultSchema = z.object({ name: z.string(), problem: z.string().nullable() });

/** A case and what was wrong; null = nothing. */
export type CaseResult = z.infer<typeof resultSchema>;

/** What python-h2/run.py has to know of a router. */
export interface PythonH2Target {
  readonly port: number;
  readonly pid: number;
  readonly adminUrl: string;
  readonly memberPort: number;
}

/** Debian's python3-h2: an implementation of HTTP/2 that shares nothing with ours, and raises at every violation. */
export async function hasPythonH2(): Promise<boolean> {
  return (await runProgram(python, ["-c", "import h2"]))?.code === 0;
}

/** The results of a group's cases, as they come; all of them where none is named. */
export async function* pythonH2(
  target: PythonH2Target,
  group: string,
  names: readonly string[] = [],
): AsyncGenerator<CaseResult> {
  const child = spawn(python, ["-B", script, JSON.stringify(target), group, ...names], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  try {
    for await (const line of createInterface(child.stdout)) yield resultSchema.parse(JSON.parse(line));
    const [code] = await ended;
    if (code !== 0) throw new Error(`python ended with ${code}`);
  } finally {
    child.kill("SIGKILL");
  }
}
