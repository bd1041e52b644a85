import { seededRandom } from "../../../test/support/seeded-random.ts";
import type { Random } from "../../util/random.ts";
import type { Balance } from "./balance.ts";
import { answered, countsOf, type TestMember } from "./candidates.fixture.ts";

interface Request {
  readonly member: TestMember;
  readonly startedAt: number;
  readonly endsAt: number;
}

interface Load {
  readonly balance: Balance;
  readonly members: readonly TestMember[];
  readonly perSecond: number;
  /** Milliseconds. */
  readonly durationOf: (member: TestMember) => number;
  /** Just before the member begins with it. */
  readonly onChosen?: (member: TestMember) => void;
}

/** Requests that come whether or not the others have ended, in virtual time. */
export class Simulation {
  readonly random: Random;
  now = 0;
  readonly monotonic = (): number => this.now;
  /** By the time they end. */
  readonly #running: Request[] = [];

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** Goes on for that time; gives the number of requests of each member. */
  run(forMs: number, load: Load): number[] {
    const until = this.now + forMs;
    const chosen: TestMember[] = [];
    for (let at = this.#nextArrival(load); at < until; at = this.#nextArrival(load)) {
      this.#endThose(at);
      this.now = at;
      const member = load.balance(load.members, `key ${Math.floor(this.random() * 1e6)}`);
      load.onChosen?.(member);
      chosen.push(member);
      this.#begin(member, load.durationOf(member));
    }
    this.#endThose(until);
    this.now = until;
    return countsOf(chosen, load.members);
  }

  #nextArrival({ perSecond }: Load): number {
    return this.now - (Math.log(1 - this.random()) * 1000) / perSecond;
  }

  #begin(member: TestMember, durationMs: number): void {
    member.current += 1;
    const request: Request = { member, startedAt: this.now, endsAt: this.now + durationMs };
    const place = this.#running.findLastIndex(({ endsAt }) => endsAt <= request.endsAt);
    this.#running.splice(place + 1, 0, request);
  }

  #endThose(until: number): void {
    const first = this.#running.findIndex(({ endsAt }) => endsAt > until);
    for (const { member, startedAt, endsAt } of this.#running.splice(0, first === -1 ? Infinity : first)) {
      member.current -= 1;
      answered(member, endsAt - startedAt, endsAt);
    }
  }
}
