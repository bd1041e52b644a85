import { execFile } from "node:child_process";

export interface ProgramResult {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program to its end; null = it is not installed. */
export async function runProgram(file: string, args: readonly string[]): Promise<ProgramResult | null> {
  return new Promise((resolve) => {
    execFile(file, args, { timeout: 20_000, encoding: "latin1" }, (error, output, errors) => {
      if (error !== null && error.code === "ENOENT") resolve(null);
      else resolve({ code: Number(error?.code ?? 0), output, errors });
    });
  });
}
