const timeConstantMs = 10_000;
/** For a sample that the clock could not measure: 0 is kept for "none yet". */
const leastMs = 0.001;

/**
 * The peak moving average of a member's latency after a sample; `before` 0 = there was none yet, `sinceMs` = time since
 * the sample before. A higher sample replaces it at once, a lower one pulls it down with weight 1 - e^(-sinceMs / 10 s),
 * as Finagle's does, but it is the geometric mean that is taken: latencies differ by factors, and after one pause of a
 * second a member of 10 ms is thought slower than 20 ms for 19 s, not for 46 s.
 */
export function nextLatency(before: number, sinceMs: number, sampleMs: number): number {
  const sample = Math.max(sampleMs, leastMs);
  if (sample >= before) return sample;
  return sample * (before / sample) ** Math.exp(-sinceMs / timeConstantMs);
}
