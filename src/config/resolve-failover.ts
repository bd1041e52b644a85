import type { FailoverConfig, FarmConfig, LiveTrafficConfig, QueueConfig } from "./farm-config.ts";
import { builtInDefaults } from "./defaults.ts";
import { failoverSchema, type FailoverDocument } from "./failover-schema.ts";
import type { FarmDocument } from "./farm-schema.ts";
import { liveTrafficShape, type LiveTrafficDocument } from "./live-traffic-schema.ts";
import { queueSchema } from "./load-schemas.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import type { Document } from "./read-document.ts";
import { contentOf, type ResolveContext } from "./resolve-context.ts";
import { durationOrOffSchema } from "./units.ts";

const builtIn = failoverSchema.required().omit({ sorryPage: true }).parse(builtInDefaults.failover);
const builtInLive = liveTrafficShape.required().parse(builtInDefaults.liveTraffic);
const builtInQueue = queueSchema.required().parse(builtInDefaults.queue);
const builtInSlowStartMs = durationOrOffSchema.parse(builtInDefaults.slowStart);

type LossPolicies = Pick<FarmConfig, "failover" | "liveTraffic" | "minimumServers" | "slowStartMs" | "queue">;

/** What keeps requests from being lost. `path`: of the farm. */
export function resolveLossPolicies(
  value: FarmDocument,
  { defaults }: Pick<Document, "defaults">,
  path: Path,
  context: ResolveContext,
): LossPolicies {
  if (value.queue !== undefined && !limitsRequests(value)) {
    const remedy = "write maxRequests, or leave the queue out";
    context.findings.warning([...path, "queue"], `nothing ever waits in this queue without \`maxRequests\`: ${remedy}`);
  }
  return {
    failover: resolveFailover(value.failover ?? {}, defaults.failover ?? {}, path, context),
    liveTraffic: resolveLiveTraffic(value.liveTraffic, defaults.liveTraffic),
    minimumServers: value.minimumServers ?? defaults.minimumServers ?? builtInDefaults.minimumServers,
    slowStartMs: value.slowStart ?? defaults.slowStart ?? builtInSlowStartMs,
    queue: resolveQueue(value.queue ?? {}),
  };
}

function limitsRequests({ maxRequests, servers }: FarmDocument): boolean {
  return (
    maxRequests !== undefined || servers.some((entry) => typeof entry === "object" && entry.maxRequests !== undefined)
  );
}

function resolveFailover(
  own: FailoverDocument,
  shared: FailoverDocument,
  path: Path,
  context: ResolveContext,
): FailoverConfig {
  const pick = <K extends keyof typeof builtIn>(key: K) => own[key] ?? shared[key] ?? builtIn[key];
  const sorry =
    own.sorryPage === undefined
      ? { file: shared.sorryPage, path: ["defaults", "failover", "sorryPage"] }
      : { file: own.sorryPage, path: [...path, "failover", "sorryPage"] };
  return {
    tries: pick("tries"),
    replayBytes: pick("replay"),
    repeat: pick("repeat"),
    budget: pick("budget"),
    attemptMs: pick("attemptTimeout"),
    hedgeMs: pick("hedge"),
    allDown: pick("allDown"),
    retryAfterSeconds: Math.ceil(pick("retryAfter") / 1000),
    sorryPage: sorry.file === undefined ? null : sorryPage(sorry.file, sorry.path, context),
  };
}

const maxPageBytes = 256 * 1024;

/** The page's bytes as latin1 text, as heads are; null = it can't be had, which is reported. */
function sorryPage(file: string, path: Path, context: ResolveContext): string | null {
  const bytes = contentOf(file, path, context);
  if (bytes === null) return null;
  if (bytes.length > maxPageBytes || bytes.length === 0) {
    const found = bytes.length === 0 ? "is empty" : `has ${bytes.length} bytes`;
    context.findings.problem(path, `${quote(file)} ${found}: write a page of at most ${maxPageBytes} bytes`);
  }
  return bytes.toString("latin1");
}

/** null = off. */
function resolveLiveTraffic(
  own: LiveTrafficDocument | undefined,
  shared: LiveTrafficDocument | undefined,
): LiveTrafficConfig | null {
  if ((own ?? shared) === "off") return null;
  const written = { ...partOf(shared), ...partOf(own) };
  const { count, fails, within, then, ejectFor, maxEjected } = { ...builtInLive, ...written };
  return {
    connect: count.includes("connect"),
    timeout: count.includes("timeout"),
    reset: count.includes("reset"),
    statuses: count.filter((one) => typeof one === "number"),
    fails,
    withinMs: within,
    action: then,
    ejectMs: ejectFor,
    maxEjected,
  };
}

/** Its keys that are there: one that is undefined would hide what stands behind it. */
function partOf(written: LiveTrafficDocument | undefined): Partial<typeof builtInLive> {
  if (written === undefined || written === "off") return {};
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
}

function resolveQueue(own: NonNullable<FarmDocument["queue"]>): QueueConfig {
  return { length: own.length ?? builtInQueue.length, timeoutMs: own.timeout ?? builtInQueue.timeout };
}
