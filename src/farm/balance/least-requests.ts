import { load, type Balance } from "./balance.ts";
import { leastOf } from "./least-of.ts";

/** The one with the fewest requests in flight for its weight; among equals one after the other. */
export const leastRequests: Balance = (candidates) => leastOf(candidates, load);
