import type { Config } from "../config/config.ts";
import { farmMetrics } from "../farm/farm-metrics.ts";
import { memberMetrics } from "../farm/member-metrics.ts";
import { subjectKey } from "./metric-sums.ts";

/** What is counted under this configuration, as keys. What a reload takes away has no numbers any more. */
export function metricSubjects({ farms }: Config): ReadonlySet<string> {
  const keys = [farmKey(""), ...farms.map(({ name }) => farmKey(name))];
  for (const { name, members } of farms) {
    for (const { server } of members) keys.push(subjectKey(memberMetrics.layout.name, [name, server]));
  }
  return new Set(keys);
}

/** "": the requests that reached no farm. */
function farmKey(name: string): string {
  return subjectKey(farmMetrics.layout.name, [name]);
}
