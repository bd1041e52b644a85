import { fileURLToPath } from "node:url";
import { runProgram, type ProgramResult } from "./run-program.ts";

const python = "/usr/bin/python3";
/** From the compiled file to the source: the compiler copies no Python. */
const script = fileURLToPath(new URL("../../../../src/lab/testing/impacket-connect.py", import.meta.url));

/**
 * Connects, binds and calls through RPC over HTTP v2 with Debian's python3-impacket, an implementation that is not ours.
 * `url` is rpcproxy.dll's; https is not verified. null = Python or impacket is not installed.
 */
export async function impacketConnect(url: string, user: string, password: string): Promise<ProgramResult | null> {
  const found = await runProgram(python, ["-c", "import impacket"]);
  if (found === null || found.code !== 0) return null;
  return runProgram(python, [script, url, user, password]);
}
