/** A number in [0, 1). Tests pass a seeded one. */
export type Random = () => number;

/** Good enough for jitter and balance; never for secrets. */
export const systemRandom: Random = () => Math.random();
