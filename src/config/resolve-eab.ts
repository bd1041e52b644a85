import type { AcmeDocument } from "./acme-schema.ts";
import type { AcmeConfig } from "./config.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import { contentOf } from "./resolve-context.ts";
import type { ResolveContext } from "./resolve-context.ts";

const base64url = /^[\w+/-]{8,}={0,2}$/;

/** The key of an external account binding; null = there is none, which has been reported. Its value is never told. */
export function resolveEab(
  written: NonNullable<AcmeDocument["eab"]>,
  path: Path,
  context: ResolveContext,
): AcmeConfig["eab"] {
  const { keyId, hmacKeyFile, hmacKeyEnv } = written;
  if ((hmacKeyFile === undefined) === (hmacKeyEnv === undefined)) {
    const found = hmacKeyFile === undefined ? "the key is missing" : "hmacKeyFile and hmacKeyEnv stand together";
    context.findings.problem(path, `${found}: write one of hmacKeyFile and hmacKeyEnv`);
    return null;
  }
  const where = hmacKeyFile === undefined ? "hmacKeyEnv" : "hmacKeyFile";
  const hmacKey =
    hmacKeyFile === undefined ? fromEnvironment(hmacKeyEnv ?? "", path, context) : fromFile(hmacKeyFile, path, context);
  if (hmacKey === null) return null;
  if (base64url.test(hmacKey)) return { keyId, hmacKey };
  context.findings.problem(
    [...path, where],
    "what it holds is not a key in base64url: copy it as the authority gave it",
  );
  return null;
}

function fromFile(file: string, path: Path, context: ResolveContext): string | null {
  const bytes = contentOf(file, [...path, "hmacKeyFile"], context);
  return bytes?.toString("utf8").split(/\r?\n/)[0]?.trim() ?? null;
}

function fromEnvironment(name: string, path: Path, { env, findings }: ResolveContext): string | null {
  const value = env[name];
  if (value !== undefined) return value.trim();
  const remedy = "set it where the router is started";
  findings.problem([...path, "hmacKeyEnv"], `the environment variable ${quote(name)} is not set: ${remedy}`);
  return null;
}
