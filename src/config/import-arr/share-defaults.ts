import type * as z from "zod";
import type { defaultsSchema } from "../document-schema.ts";
import type { FarmInput } from "../farm-schema.ts";

type DefaultsInput = z.input<typeof defaultsSchema>;

type Farms = Readonly<Record<string, FarmInput>>;
type Health = Exclude<NonNullable<FarmInput["health"]>, "off">;

interface Shared {
  readonly defaults: DefaultsInput;
  readonly farms: Farms;
}

const timing = ["every", "timeout", "fall", "rise"] as const;

/** What all checks, and most time-outs, have in common is said once. */
export function shareDefaults(farms: Farms): Shared {
  const health = sharedHealth(farms);
  const timeouts = sharedTimeouts(farms);
  return {
    defaults: { ...(health === null ? {} : { health }), ...(timeouts === null ? {} : { timeouts }) },
    farms: Object.fromEntries(Object.entries(farms).map(([name, farm]) => [name, without(farm, { health, timeouts })])),
  };
}

function checksOf(farms: Farms): readonly Health[] {
  return Object.values(farms).flatMap(({ health }) => (typeof health === "object" ? [health] : []));
}

function sharedHealth(farms: Farms): DefaultsInput["health"] | null {
  const checks = checksOf(farms);
  const [first] = checks;
  if (first === undefined || checks.length < 2) return null;
  const same = timing.filter((key) => checks.every((check) => check[key] === first[key]));
  const status = checks.every((check) => text(check.expect?.status) === text(first.expect?.status))
    ? first.expect?.status
    : undefined;
  const health = {
    ...Object.fromEntries(same.map((key) => [key, first[key]])),
    ...(status === undefined ? {} : { expect: { status } }),
  };
  return Object.keys(health).length === 0 ? null : health;
}

/** The most frequent ones; a farm with others says all of its own. */
function sharedTimeouts(farms: Farms): FarmInput["timeouts"] | null {
  const all = Object.values(farms).flatMap(({ timeouts }) =>
    timeouts === undefined || timeouts.connect !== undefined ? [] : [timeouts],
  );
  const counts = all.map((timeouts) => all.filter((other) => text(other) === text(timeouts)).length);
  const most = Math.max(0, ...counts);
  return most < 2 ? null : (all[counts.indexOf(most)] ?? null);
}

interface InCommon {
  readonly health: DefaultsInput["health"] | null;
  readonly timeouts: FarmInput["timeouts"] | null;
}

function without(farm: FarmInput, { health, timeouts }: InCommon): FarmInput {
  const { health: check, timeouts: own, ...rest } = farm;
  const kept = typeof check === "object" ? { health: withoutShared(check, health ?? {}) } : {};
  const times = own === undefined || text(own) === text(timeouts) ? {} : { timeouts: own };
  const { servers, tls, ...policies } = rest;
  return { servers, ...kept, ...policies, ...times, ...(tls === undefined ? {} : { tls }) };
}

function withoutShared(check: Health, shared: NonNullable<DefaultsInput["health"]>): Health {
  const { expect = {}, ...own } = check;
  const timed = Object.fromEntries(Object.entries(own).filter(([key]) => !(key in shared)));
  const { status, body } = expect;
  const left = {
    ...(status === undefined || text(status) === text(shared.expect?.status) ? {} : { status }),
    ...(body === undefined ? {} : { body }),
  };
  return { ...timed, ...(Object.keys(left).length === 0 ? {} : { expect: left }) };
}

const text = (value: unknown): string => JSON.stringify(value) ?? "";
