import type { TracingConfig } from "./config.ts";
import { builtInDefaults } from "./defaults.ts";
import { quote } from "./quote.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveSentHeaders } from "./resolve-sent-headers.ts";
import type { TracingDocument } from "./tracing-schema.ts";

/** null = nothing is traced. */
export function resolveTracing(written: TracingDocument | null, context: ResolveContext): TracingConfig | null {
  if (written === null) return null;
  return {
    endpoint: resolveEndpoint(written.endpoint, context),
    sample: written.sample ?? Number.parseFloat(builtInDefaults.tracing.sample) / 100,
    service: written.service ?? builtInDefaults.tracing.service,
    headers: resolveSentHeaders(written, ["tracing"], context),
  };
}

function resolveEndpoint(written: string, { findings }: ResolveContext): string {
  const url = URL.canParse(written) ? new URL(written) : null;
  const remedy = "write where the collector takes traces, such as http://127.0.0.1:4318/v1/traces";
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    findings.problem(["tracing", "endpoint"], `${quote(written)} is not a URL with http or https: ${remedy}`);
  } else if (url.username !== "" || url.password !== "") {
    findings.problem(["tracing", "endpoint"], "a URL with a password is not allowed: write it into `headersEnv`");
  } else if (url.pathname === "/") {
    findings.problem(["tracing", "endpoint"], `${quote(written)} has no path: ${remedy}`);
  }
  return written;
}
