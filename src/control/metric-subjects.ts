import type { Config } from "../config/config.ts";
import { listenPlaceText } from "../config/listen-place-text.ts";
import { farmMetrics } from "../farm/farm-metrics.ts";
import { memberMetrics } from "../farm/member-metrics.ts";
import { listenerMetrics } from "../observe/listener-metrics.ts";
import { subjectKey } from "./metric-sums.ts";

/** What is counted under this configuration, as keys. What a reload takes away has no numbers any more. */
export function metricSubjects({ farms, listeners }: Config): ReadonlySet<string> {
  const keys = [farmKey(""), ...farms.map(({ name }) => farmKey(name))];
  for (const { name, members } of farms) {
    for (const { server } of members) keys.push(subjectKey(memberMetrics.layout.name, [name, server]));
  }
  for (const listener of listeners) keys.push(subjectKey(listenerMetrics.layout.name, [listenPlaceText(listener)]));
  return new Set(keys);
}

/** "": the requests that reached no farm. */
function farmKey(name: string): string {
  return subjectKey(farmMetrics.layout.name, [name]);
}
