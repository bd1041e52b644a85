import { didYouMean } from "./did-you-mean.ts";
import { quote } from "./quote.ts";
import type { Document } from "./read-document.ts";

/** The names under `farms`, for what refers to them: looked up once for thousands of routes and rules. */
export interface FarmNames {
  /** As it is written under `farms`; case is ignored. undefined = there is none of this name. */
  find(written: string): string | undefined;
  /** What is wrong with a name that is none. */
  unknown(written: string): string;
}

const mostListed = 20;
/** More names than these that are all wrong were no slips, and each one is compared with all that there are. */
const mostHints = 100;

export function createFarmNames({ farms }: Document): FarmNames {
  const names = [...farms.keys()];
  const byLowerCase = new Map(names.toReversed().map((name) => [name.toLowerCase(), name]));
  const told = new Map<string, string>();
  return {
    find: (written) => byLowerCase.get(written.toLowerCase()),
    unknown(written) {
      // A slip in one farm's name may be in as many messages as there are rules for it.
      const hint = told.size < mostHints ? didYouMean : () => "";
      const message = told.get(written) ?? unknownFarm(written, names, hint);
      told.set(written, message);
      return message;
    },
  };
}

function unknownFarm(written: string, names: readonly string[], hint: typeof didYouMean): string {
  const list = names.length === 0 ? "there are none yet" : `there are ${names.slice(0, mostListed).join(", ")}`;
  return `${quote(written)} is not a farm${hint(written, names) || ":"} write the name of one under \`farms\` (${list})`;
}
