import type { ToldEvent } from "../../src/cli/told-event.ts";
import { anEvent } from "./router-event.ts";

export function aToldEvent(rest: Partial<ToldEvent> = {}): ToldEvent {
  return { ...anEvent(), why: "GET /owa: 503 Service Unavailable", ...rest };
}
