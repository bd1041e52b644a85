import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** `promtool check metrics`: what Prometheus' own linter finds wrong; null = it is not installed. */
export async function checkMetrics(exposition: string): Promise<string | null> {
  const program = spawn("promtool", ["check", "metrics"], { timeout: 20_000 });
  program.stdin.on("error", () => undefined).end(exposition);
  try {
    const [output, errors] = await Promise.all([text(program.stdout), text(program.stderr), once(program, "close")]);
    return output + errors;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
