import type { NewEvent } from "../../src/control/event-ring.ts";
import type { RouterEvent } from "../../src/control/router-event.ts";

/** A member of owa that goes down. */
export const aNewEvent: NewEvent = {
  kind: "health",
  farm: "owa",
  server: "cas1",
  was: "up",
  is: "down",
  since: "2026-01-01T00:00:00.000Z",
  why: "GET https://cas1:443/owa/HealthCheck.htm: 503 Service Unavailable",
  by: "check",
  evidence: null,
};

export function anEvent(rest: Partial<RouterEvent> = {}): RouterEvent {
  return { id: 1, at: "2026-01-01T00:00:05.000Z", ...aNewEvent, ...rest };
}
