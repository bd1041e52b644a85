import { describeBalance } from "./balance.contract.ts";
import { roundRobin } from "./round-robin.ts";

describeBalance("round-robin", roundRobin);
