/**
 * What the checks and the live traffic of one member have said so far.
 * `settled` is false until the first check: it alone decides. Until then `available` is false for a member that was
 * never heard of, and what was known of it for one whose check was changed by a reload.
 */
export interface Threshold {
  readonly available: boolean;
  readonly settled: boolean;
  /** Failures in a row of an available member, passes in a row of one that is out. */
  readonly streak: number;
  /** Passes since it came back, as far as they matter. */
  readonly calm: number;
  /** How often it was out again soon after it had come back. */
  readonly flaps: number;
}

export interface ThresholdLimits {
  readonly fall: number;
  readonly rise: number;
  /** Is somebody else available? Else whoever flapped is better than nobody. */
  readonly dispensable?: () => boolean;
}

export type HealthSignal =
  | "check-passed"
  | "check-failed"
  | "live-failed"
  /** So many live failures, or such a silence, that the next failed check is enough. */
  | "live-alarm";

/** A minute of checks at the usual interval: whoever stays up for so long does not flap. */
const calmPasses = 12;
/** `rise` is doubled so often. */
const mostFlaps = 2;

export function createThreshold(available: boolean): Threshold {
  return { available, settled: false, streak: 0, calm: calmPasses, flaps: 0 };
}

/**
 * Every signal counts one. Live traffic brings a member to the brink of being out and never over it: the check that
 * runs at once then decides. So one address that always answers 503 (Exchange throttling a user, say) cannot take
 * a member out whose check passes, let alone all members of a farm, while a real failure is out with that check.
 * A live failure of a member that is already out, or not yet known, says nothing new: its request was sent before.
 * One that goes out again soon after it came back needs twice as many passes each time, at most four times as many, as long
 * as there are others.
 */
export function nextThreshold(before: Threshold, signal: HealthSignal, limits: ThresholdLimits): Threshold {
  if (signal === "live-failed") return afterLive(before, before.streak + 1, limits);
  if (signal === "live-alarm") return afterLive(before, limits.fall, limits);
  const passed = signal === "check-passed";
  if (!before.settled) return { ...before, available: passed, settled: true, streak: 0 };
  if (passed === before.available) {
    return { ...before, streak: 0, calm: passed ? Math.min(before.calm + 1, calmPasses) : before.calm };
  }
  const streak = before.streak + 1;
  if (passed) return streak < passesUntilBack(before, limits) ? { ...before, streak } : back(before);
  return streak < limits.fall ? { ...before, streak } : out(before);
}

function passesUntilBack({ flaps }: Threshold, { rise, dispensable }: ThresholdLimits): number {
  return flaps > 0 && dispensable?.() === false ? rise : rise * 2 ** flaps;
}

function back(before: Threshold): Threshold {
  return { ...before, available: true, streak: 0, calm: 0 };
}

function out(before: Threshold): Threshold {
  const flaps = before.calm < calmPasses ? Math.min(before.flaps + 1, mostFlaps) : 0;
  return { ...before, available: false, streak: 0, flaps };
}

function afterLive(before: Threshold, streak: number, limits: ThresholdLimits): Threshold {
  if (!before.settled || !before.available) return before;
  return { ...before, streak: Math.min(streak, limits.fall - 1) };
}
