import type { CertificateConfig } from "../config/config.ts";
import type { Random } from "../util/random.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const firstRetryMs = 2 * minuteMs;
const lastRetryMs = dayMs;
/** Authorities count requests by the hour and by the week. */
const rateLimitedMs = hourMs;
const longestWaitMs = 7 * dayMs;

/** Two thirds of its life, and up to a thirtieth more at random, so that not all come at once. Milliseconds since 1970. */
export function renewalTime(
  { notBefore, notAfter }: Pick<CertificateConfig, "notBefore" | "notAfter">,
  random: Random,
): number {
  const life = notAfter - notBefore;
  return notBefore + (life * 2) / 3 + (random() * life) / 30;
}

export interface Failure {
  /** Failures in a row, this one included. */
  readonly count: number;
  /** As the authority calls it. */
  readonly type: string;
  /** What the authority asked for; 0 = nothing. */
  readonly retryAfterMs: number;
}

/** How long to wait after a failure: minutes at first, a day at most, unless the authority asks for more. */
export function retryDelay({ count, type, retryAfterMs }: Failure, random: Random): number {
  const ownMs = Math.min(firstRetryMs * 2 ** Math.min(count - 1, 20), lastRetryMs);
  const jittered = ownMs * (0.9 + 0.2 * random());
  const askedMs = Math.min(retryAfterMs, longestWaitMs);
  return Math.max(jittered, askedMs, type === "rateLimited" ? rateLimitedMs : 0);
}
