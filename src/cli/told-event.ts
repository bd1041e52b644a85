import * as z from "zod";
import { localTime } from "../observe/pretty-line.ts";
import { type Paint, plainText } from "./terminal.ts";

/** What the commands need of an event of a router, which may be of another version. */
export const toldEventSchema = z.object({
  id: z.number(),
  at: z.string(),
  kind: z.string(),
  farm: z.string().nullable(),
  server: z.string().nullable(),
  was: z.string().nullable(),
  is: z.string(),
  why: z.string(),
  by: z.string(),
});

export type ToldEvent = z.output<typeof toldEventSchema>;

/** `12:03:11  owa on cas1  up -> down  GET …: 503 Service Unavailable (check)`, in local time. */
export function eventLine(event: ToldEvent, paint: Paint): string {
  const { at, was, is, why, by } = event;
  const change = was === null ? stateText(is, paint) : `${plainText(was)} -> ${stateText(is, paint)}`;
  const reason = [plainText(why), `(${plainText(by)})`].filter((part) => part !== "").join(" ");
  return [localTime(new Date(at)), subjectOf(event), change, reason].join("  ");
}

/** "owa on cas1" */
function subjectOf({ farm, server, kind }: ToldEvent): string {
  const named = [farm, server].filter((name) => name !== null);
  return plainText(named.length === 0 ? kind : named.join(" on "));
}

function stateText(state: string, paint: Paint): string {
  if (["up", "available"].includes(state)) return paint("good", state);
  if (["down", "refused"].includes(state)) return paint("bad", state);
  return plainText(state);
}
