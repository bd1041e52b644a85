import type { MemberNumbers } from "../farm/messages.ts";
import { memberKey } from "../health/member-key.ts";
import type { StateChange } from "./administration.ts";
import type { EventRing } from "./event-ring.ts";
import type { MemberTotals } from "./numbers.ts";
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

/** Tells when a member that was taken out has nothing left to do. */
export class EmptiedWatch {
  readonly #ring: EventRing;
  /** Members that were taken out; true = it was told that nothing is left. */
  readonly #out = new Map<string, boolean>();

  constructor(ring: EventRing) {
    this.#ring = ring;
  }

  /** Numbers have come for the member. */
  look(
    { farm, server }: Pick<MemberNumbers, "farm" | "server">,
    { state, operator }: EffectiveState,
    totals: MemberTotals,
  ): void {
    const key = memberKey(farm, server);
    if (state === "available") {
      this.#out.delete(key);
      return;
    }
    const told = this.#out.get(key) ?? false;
    const empty = totals.held === 0;
    if (empty && !told) {
      const by = operator?.by ?? "configuration";
      const why = "no request and no connection of a client is left";
      this.#ring.add({
        kind: "emptied",
        farm,
        server,
        was: null,
        is: state,
        since: operator?.at ?? null,
        why,
        by,
        evidence: null,
      });
    }
    this.#out.set(key, empty);
  }
}
