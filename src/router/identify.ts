import { randomFillSync, randomUUID } from "node:crypto";
import type { IdentityConfig } from "../config/config.ts";
import type { ClientSide } from "../forward/client-side.ts";
import { readTraceContext } from "../http/trace-context.ts";
import type { Random } from "../util/random.ts";

interface IdentifyOptions extends IdentityConfig {
  readonly random: Random;
}

const logIdField = "x-arr-log-id";

/** Gives requests what they can be found by in other programs' logs and traces; null = they get nothing. */
export function createIdentify(options: IdentifyOptions): ((client: ClientSide) => void) | null {
  const { logId, joinTrace } = options;
  if (!logId && !joinTrace) return null;
  return (client) => {
    const { head, record } = client;
    // What a client sends under this name would be taken for ours.
    const cut = logId ? [logIdField] : [];
    if (logId) record.logId = randomUUID();
    if (joinTrace) cut.push(...join(client, options));
    head.cuts.addNamed(head.text, head.fieldsStart, cut);
  };
}

/** Returns the fields that are not passed on as they came. */
function join({ head, origin, record }: ClientSide, { sample, random }: IdentifyOptions): readonly string[] {
  const context = readTraceContext(head.text);
  record.spanId = randomHex(8);
  record.traceId = context?.traceId ?? randomHex(16);
  record.parentId = context?.parentId ?? "";
  const decides = context !== null && (!context.sampled || origin.trusted || sample === 0);
  // Else a stranger could have all of its requests recorded.
  record.sampled = decides ? context.sampled : random() < sample;
  // What is said of another trace must not be said of this one (3.3.1.1).
  return context === null ? ["traceparent", "tracestate"] : ["traceparent"];
}

const pool = Buffer.alloc(4096);
let used = pool.length;

/** All zeros are no identifier, but nobody will live to see them. */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString("hex", used - bytes, used);
}
