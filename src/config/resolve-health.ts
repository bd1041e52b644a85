import type { HealthConfig } from "./farm-config.ts";
import { builtInDefaults } from "./defaults.ts";
import { healthDefaultsSchema } from "./health-schema.ts";
import type { HealthDefaultsDocument, HealthDocument } from "./health-schema.ts";
import { normaliseHost } from "./host-name.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import type { ResolveContext } from "./resolve-context.ts";

const { status, ...timing } = builtInDefaults.health;
const builtIn = healthDefaultsSchema.required().parse({ ...timing, expect: { status } });

interface HealthParts {
  readonly written: HealthDocument | undefined;
  readonly defaults: HealthDefaultsDocument;
  /** The Host header where the document names none. */
  readonly host: string;
}

/** null = members are not checked. */
export function resolveHealth(
  { written, defaults, host }: HealthParts,
  path: Path,
  context: ResolveContext,
): HealthConfig | null {
  if (written === undefined || written === "off") return null;
  if (written.path === undefined) {
    context.findings.warning(path, "nothing is checked without a path: write path: /…, or off");
    return null;
  }
  const pick = <K extends keyof typeof timing>(key: K) => written[key] ?? defaults[key] ?? builtIn[key];
  return {
    method: pick("method").toUpperCase(),
    path: checkedPath(written.path, [...path, "path"], context),
    host: written.host === undefined ? host : checkedHost(written.host, [...path, "host"], context),
    everyMs: pick("every"),
    whileFailingMs: pick("whileFailing"),
    jitter: pick("jitter"),
    timeoutMs: pick("timeout"),
    fall: pick("fall"),
    rise: pick("rise"),
    expect: resolveExpect(written.expect ?? {}, defaults.expect ?? {}),
  };
}

function checkedPath(written: string, path: Path, { findings }: ResolveContext): string {
  if (!/^\/[\x21-\x7e]*$/.test(written) || written.includes("#")) {
    findings.problem(
      path,
      `${quote(written)} is not a path: it must begin with "/" and have no spaces, no fragment and only ASCII characters`,
    );
  }
  return written;
}

function checkedHost(written: string, path: Path, { findings }: ResolveContext): string {
  const host = normaliseHost(written);
  if (host === null)
    findings.problem(path, `${quote(written)} is not a host name: write one that the members answer to, without port`);
  return host ?? written;
}

type ExpectDocument = NonNullable<HealthDefaultsDocument["expect"]>;

function resolveExpect(own: ExpectDocument, shared: ExpectDocument): HealthConfig["expect"] {
  return {
    status: own.status ?? shared.status ?? builtIn.expect.status ?? [],
    body: own.body ?? shared.body ?? null,
  };
}
