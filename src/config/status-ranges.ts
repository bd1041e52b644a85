import * as z from "zod";
import { expected } from "./expected.ts";

/** Inclusive. */
export type StatusRange = readonly [number, number];

const error = expected("a status", 'a status such as 200, a range such as "200-399", or a list of both');
const pattern = /^[1-5]\d\d(-[1-5]\d\d)?$/;

const numberSchema = z.int({ error }).min(100, { error }).max(599, { error });
const textSchema = z.string({ error }).regex(pattern, { error }).refine(isAscending, { error });
const oneSchema = z.union([numberSchema, textSchema], { error });

/** `200`, `"200-399"` or `[200, "300-399"]` as ranges. */
export const statusSchema = z
  .union([numberSchema, textSchema, z.array(oneSchema, { error }).min(1, { error })], { error })
  .transform((written): StatusRange[] => (Array.isArray(written) ? written : [written]).map(range))
  .meta({ title: "status, range or list" });

function range(written: number | string): StatusRange {
  const [low = 0, high = low] = String(written).split("-").map(Number);
  return [low, high];
}

function isAscending(text: string): boolean {
  const [low, high] = range(text);
  return low <= high;
}

/** The way back, for people. */
export function statusText(ranges: readonly StatusRange[]): string {
  return ranges.map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`)).join(", ");
}
