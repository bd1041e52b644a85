/**
 * What live traffic alone has decided about a member. "none": nothing; "out": it gets no requests until `until`; "trial":
 * single requests find out whether it works again.
 */
export interface Ejection {
  readonly phase: "none" | "out" | "trial";
  /** Of "out", monotonic milliseconds. */
  readonly until: number;
  /** Times in a row that it was put out. */
  readonly times: number;
  /** When the last failures were, monotonic milliseconds, oldest first; not more than are enough. */
  readonly failures: readonly number[];
  /** When it last came back. */
  readonly backAt: number;
}

export interface EjectionLimits {
  readonly fails: number;
  readonly withinMs: number;
  readonly ejectMs: number;
}

export type EjectionSignal =
  /** `mayEject`: others are left to carry its requests. */
  | { readonly type: "failed"; readonly now: number; readonly mayEject: boolean }
  | { readonly type: "answered"; readonly now: number }
  | { readonly type: "time"; readonly now: number };

const longestTimes = 10;
/** After so many ejection times in peace it is as if it had never been out. */
const forgivenAfter = 10;

export const notEjected: Ejection = { phase: "none", until: 0, times: 0, failures: [], backAt: 0 };

/**
 * Enough failures within the time put a member out; it comes back by the first request that it answers, and stays out
 * twice as long each time that one fails.
 */
export function nextEjection(before: Ejection, signal: EjectionSignal, limits: EjectionLimits): Ejection {
  const { phase } = before;
  const { now, type } = signal;
  if (type === "time") return phase === "out" && now >= before.until ? { ...before, phase: "trial" } : before;
  if (type === "answered") return phase === "trial" ? { ...notEjected, times: before.times, backAt: now } : before;
  // It was sent before the member was put out.
  if (phase === "out") return before;
  const failures = [...before.failures, now].filter((at) => now - at <= limits.withinMs).slice(-limits.fails);
  const enough = phase === "trial" || failures.length >= limits.fails;
  return enough && signal.mayEject ? putOut(before, now, limits) : { ...before, failures };
}

function putOut(before: Ejection, now: number, { ejectMs }: EjectionLimits): Ejection {
  const forgiven = before.phase === "none" && now - before.backAt > forgivenAfter * ejectMs;
  const times = forgiven ? 1 : before.times + 1;
  const outMs = ejectMs * Math.min(2 ** (times - 1), longestTimes);
  return { phase: "out", until: now + outMs, times, failures: [], backAt: before.backAt };
}
