import { processMetrics } from "../observe/process-metrics.ts";

/** What is counted for this process, as `processMetrics` says; one row, as there is one process. */
export const processCounts: Float64Array = processMetrics.layout.newRow();
