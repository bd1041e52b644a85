import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import type { ResolveContext } from "./resolve-context.ts";

interface SentHeadersDocument {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly headersEnv?: Readonly<Record<string, string>> | undefined;
}

/** `headers` and `headersEnv` of the section at `path` as one; no value is ever told. */
export function resolveSentHeaders(
  written: SentHeadersDocument,
  path: Path,
  context: ResolveContext,
): Record<string, string> {
  return { ...written.headers, ...fromEnvironment(written.headersEnv ?? {}, [...path, "headersEnv"], context) };
}

function fromEnvironment(
  written: Readonly<Record<string, string>>,
  path: Path,
  { env, findings }: ResolveContext,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(written).map(([header, name]) => {
      const value = env[name] ?? "";
      const fault = value === "" ? "is not set" : /^[\x20-\x7e]+$/.test(value) ? null : "is not a header's value";
      if (fault !== null) {
        const remedy = "set it where the router is started";
        findings.problem([...path, header], `the environment variable ${quote(name)} ${fault}: ${remedy}`);
      }
      return [header, value];
    }),
  );
}
