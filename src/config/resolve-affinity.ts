import type { AffinityDocument } from "./affinity-schema.ts";
import { cookieKeys } from "./affinity-schema.ts";
import type { AffinityConfig, KeyConfig } from "./farm-config.ts";
import { builtInDefaults } from "./defaults.ts";
import type { Findings } from "./findings.ts";
import type { Path } from "./problem.ts";
import { resolveAffinityCookie, type AffinityPlace } from "./resolve-affinity-cookie.ts";
import { durationSchema } from "./units.ts";

const builtInIdleMs = durationSchema.parse(builtInDefaults.affinity.idle);

/** null = there is none. */
export function resolveAffinity(
  written: AffinityDocument | undefined,
  place: AffinityPlace,
  findings: Findings,
): AffinityConfig | null {
  // What is wrong by itself was left out, and so would be missed here.
  if (written === undefined || !findings.isClean(place.path)) return null;
  checkWhatClientsAreKnownBy(written, place.path, findings);
  const membersPerHost = written.host ?? 0;
  if (membersPerHost > place.members.length)
    findings.warning([...place.path, "host"], `the farm has only ${place.members.length}: all serve every host name`);
  return {
    cookie: resolveAffinityCookie(written, place, findings),
    key: keyOf(written),
    membersPerHost,
    whenDown: written.whenDown ?? builtInDefaults.affinity.whenDown,
    idleMs: written.idle ?? builtInIdleMs,
  };
}

function keyOf({ by, header }: AffinityDocument): KeyConfig | null {
  if (header !== undefined) return { source: "header", name: header };
  return by === undefined ? null : { source: by };
}

function checkWhatClientsAreKnownBy(written: AffinityDocument, path: Path, findings: Findings): void {
  const ways = (["cookie", "by", "header"] as const).filter((key) => written[key] !== undefined);
  const [first, second] = ways;
  if (first === undefined && written.host === undefined) {
    findings.problem(
      path,
      "nothing says which clients belong together: write { cookie: NAME }, { by: client-address }, { header: NAME } or { host: NUMBER }",
    );
  }
  if (second !== undefined) {
    findings.problem(
      [...path, second],
      `one thing to know clients by is enough: leave out \`${second}\`, or \`${first}\``,
    );
  }
  if (written.cookie === undefined) {
    for (const key of cookieKeys.filter((name) => written[name] !== undefined))
      findings.problem([...path, key], `without a cookie this says nothing: leave it out, or write \`cookie\``);
  }
  if (written.idle !== undefined && written.by === undefined && written.header === undefined)
    findings.problem([...path, "idle"], "only clients that are known by `by` or `header` are remembered: leave it out");
}
