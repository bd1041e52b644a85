import type { Refusal } from "../observe/listener-metrics.ts";
import type { Log } from "../observe/log.ts";
import type { Clock, Timer } from "../util/clock.ts";

const texts: Readonly<Record<Refusal, string>> = {
  limit: "as many are open as `limits.connections` and the process' file handles allow",
  "client-limit": "as many are open as `limits.connectionsPerClient` allows",
  "not-a-balancer": "not an address of `proxyProtocol`",
  "proxy-header": "no proper header of the PROXY protocol",
  "proxy-timeout": "no header of the PROXY protocol in time",
  "no-file-handle": "no file handle is left",
};

/** Tells of the connections of one process that are refused, at most once in a while. */
export interface Refusals {
  /** `client`: where it came from. */
  add(reason: Refusal, client: string): void;
  close(): void;
}

interface RefusalsOptions {
  readonly after: Clock["after"];
  readonly log: Log;
}

/** The first one is told at once, the others together. */
const tellEveryMs = 10_000;

export function createRefusals({ after, log }: RefusalsOptions): Refusals {
  const quiet = new Map<Refusal, { count: number; client: string; readonly timer: Timer }>();
  const tell = (reason: Refusal, count: number, client: string): void => {
    const timer = after(tellEveryMs, () => {
      const later = quiet.get(reason);
      quiet.delete(reason);
      if (later !== undefined && later.count > 0) tell(reason, later.count, later.client);
    });
    quiet.set(reason, { count: 0, client, timer });
    log("listener.refused", { count, client, reason: texts[reason] });
  };
  return {
    add(reason, client) {
      const earlier = quiet.get(reason);
      if (earlier === undefined) {
        tell(reason, 1, client);
        return;
      }
      earlier.count += 1;
      earlier.client = client;
    },
    close() {
      for (const { timer } of quiet.values()) timer.cancel();
      quiet.clear();
    },
  };
}
