import type { MemberNumbers } from "../farm/messages.ts";
import { memberKey } from "../health/member-key.ts";
import type { Log } from "../observe/log.ts";
import type { StateChange } from "./administration.ts";
import type { EventRing } from "./event-ring.ts";
import type { EffectiveState } from "./operator-states.ts";

/** An operator has given a state, or its deadline has come. */
export function tellState(ring: EventRing, { scope, before, after }: StateChange): void {
  const deadline = before?.cut === false && after.cut && before.until === after.until && after.until !== null;
  ring.add({
    kind: "state",
    farm: scope.farm,
    server: scope.server,
    was: before?.state ?? null,
    is: after.state,
    since: before?.at ?? null,
    why: deadline
      ? "its deadline has come: what was left is ended"
      : [how(after), after.note].filter(Boolean).join(": "),
    by: after.by,
    evidence: null,
  });
}

function how({ state, until, cut }: StateChange["after"]): string {
  if (cut) return "what runs is ended at once";
  const end = until === null ? "" : ` until ${until}`;
  if (state === "drain") return `nothing new, clients that belong there stay${end}`;
  return state === "unavailable" ? `what runs may end${end}` : "";
}

export function logState(log: Log, { scope: { farm, server }, after }: StateChange): void {
  const what = farm === null ? server : `${farm} on ${server}`;
  const note = after.note === "" ? "" : `(${after.note})`;
  log("states.changed", { what, state: after.cut ? "cut off" : after.state, by: after.by, note });
}

/** A member that was taken out. */
interface Leaving {
  /** What was decided; another word begins anew. */
  readonly word: string;
  /** The workers whose numbers are from after that. */
  readonly heard: Set<number>;
  told: boolean;
}

/** What one worker's report makes of all workers' numbers. */
interface Report {
  /** In all workers. */
  readonly held: number;
  /** Whose report it is. */
  readonly worker: number;
  /** How many have reported. */
  readonly workers: number;
}

/** Tells when a member that was taken out has nothing left to do: once, for somebody may still come for a moment. */
export class EmptiedWatch {
  readonly #ring: EventRing;
  readonly #out = new Map<string, Leaving>();

  constructor(ring: EventRing) {
    this.#ring = ring;
  }

  /** Numbers have come for the member. */
  look({ farm, server }: Pick<MemberNumbers, "farm" | "server">, effective: EffectiveState, report: Report): void {
    const { state, operator } = effective;
    const key = memberKey(farm, server);
    if (state === "available") {
      this.#out.delete(key);
      return;
    }
    const leaving = this.#leaving(key, `${state} ${operator?.at ?? ""}`);
    leaving.heard.add(report.worker);
    if (leaving.told || report.held > 0 || leaving.heard.size < report.workers) return;
    leaving.told = true;
    this.#ring.add({
      kind: "emptied",
      farm,
      server,
      was: null,
      is: state,
      since: operator?.at ?? null,
      why: "no request and no connection of a client is left",
      by: operator?.by ?? "configuration",
      evidence: null,
    });
  }

  #leaving(key: string, word: string): Leaving {
    const before = this.#out.get(key);
    if (before?.word === word) return before;
    const leaving = { word, heard: new Set<number>(), told: false };
    this.#out.set(key, leaving);
    return leaving;
  }
}
