import * as z from "zod";
import { expected } from "./expected.ts";

const durationPattern = /^\d+(\.\d+)?(ms|s|m|h)$/;
const millisecondsPer: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** Timers of JavaScript end at 2^31 ms. */
const longestMs = 576 * 3_600_000;

const durationWords = "a number with its unit (ms, s, m or h, at most 576h), such as 5s, 1500ms or 35m";
const notADuration = { error: expected("a duration", durationWords) };
const notADurationOrOff = { error: expected("a duration", `${durationWords}, or off`) };

/** "5s" -> 5000. More than 0. */
export const durationSchema = z
  .string(notADuration)
  .regex(durationPattern, notADuration)
  .refine(isDuration, notADuration)
  .transform(milliseconds)
  .meta({ title: "duration" });

/** As above; "off" -> 0. */
export const durationOrOffSchema = z
  .string(notADurationOrOff)
  .regex(new RegExp(`^off$|${durationPattern.source}`), notADurationOrOff)
  .refine((text) => text === "off" || isDuration(text), notADurationOrOff)
  .transform((text) => (text === "off" ? 0 : milliseconds(text)))
  .meta({ title: "duration or `off`" });

function milliseconds(text: string): number {
  const unit = /[a-z]+$/.exec(text)?.[0] ?? "ms";
  return Math.round(Number.parseFloat(text) * (millisecondsPer[unit] ?? 1));
}

function isDuration(text: string): boolean {
  const ms = milliseconds(text);
  return ms >= 1 && ms <= longestMs;
}

/** 5000 -> "5s": the shortest way to write it; 0 -> "off". */
export function durationText(ms: number): string {
  if (ms === 0) return "off";
  const unit = ["h", "m", "s"].find((name) => ms % (millisecondsPer[name] ?? 1) === 0) ?? "ms";
  return `${ms / (millisecondsPer[unit] ?? 1)}${unit}`;
}

const bytesPer: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** "64KiB" -> 65536. */
export function sizeSchema(least: string, most: string) {
  const range = [bytes(least), bytes(most)] as const;
  const error = expected("a size", `a number with its unit (B, KiB or MiB) from ${least} to ${most}, such as 64KiB`);
  return z
    .string({ error })
    .regex(/^\d+(B|KiB|MiB)$/, { error })
    .refine((text) => bytes(text) >= range[0] && bytes(text) <= range[1], { error })
    .transform(bytes)
    .meta({ title: `size, ${least} to ${most}` });
}

/** "1GiB" -> 1073741824; "off" -> 0. */
export function sizeOrOffSchema(least: string, most: string) {
  const words = `a number with its unit (B, KiB, MiB or GiB) from ${least} to ${most}, such as 64MiB, or off`;
  const error = expected("a size", words);
  return z
    .string({ error })
    .regex(/^(\d+(B|KiB|MiB|GiB)|off)$/, { error })
    .refine((text) => text === "off" || (bytes(text) >= bytes(least) && bytes(text) <= bytes(most)), { error })
    .transform((text) => (text === "off" ? 0 : bytes(text)))
    .meta({ title: `size, ${least} to ${most}, or \`off\`` });
}

function bytes(text: string): number {
  const unit = /[A-Za-z]+$/.exec(text)?.[0] ?? "B";
  return Number.parseInt(text, 10) * (bytesPer[unit] ?? 1);
}

/** "50/s" -> 50 requests in 1000 ms. */
export function frequencySchema(most: number) {
  const error = expected("a rate", `a whole number from 1 to ${most} with /s, /m or /h, such as 50/s`);
  return z
    .string({ error })
    .regex(/^\d{1,9}\/[smh]$/, { error })
    .refine((text) => Number.parseInt(text, 10) >= 1 && Number.parseInt(text, 10) <= most, { error })
    .transform((text) => ({ requests: Number.parseInt(text, 10), perMs: millisecondsPer[text.slice(-1)] ?? 1000 }))
    .meta({ title: "rate, such as `50/s`" });
}

/** "20%" -> 0.2. */
export function percentageSchema(most: number) {
  const error = expected("a percentage", `a number from 0 to ${most} with "%", such as 20%`);
  return z
    .string({ error })
    .regex(/^\d+(\.\d+)?%$/, { error })
    .refine((text) => Number.parseFloat(text) <= most, { error })
    .transform((text) => Number.parseFloat(text) / 100)
    .meta({ title: `percentage up to ${most}%` });
}

/** "25%" -> 0.25; "off" -> 0. */
export function percentageOrOffSchema(least: number, most: number) {
  const error = expected("a percentage", `a number from ${least} to ${most} with "%", such as 25%, or off`);
  return z
    .string({ error })
    .regex(/^(\d+(\.\d+)?%|off)$/, { error })
    .refine((text) => text === "off" || (Number.parseFloat(text) >= least && Number.parseFloat(text) <= most), {
      error,
    })
    .transform((text) => (text === "off" ? 0 : Number.parseFloat(text) / 100))
    .meta({ title: `percentage from ${least}% to ${most}%, or \`off\`` });
}

/** A whole number within limits. */
export function wholeNumberSchema(least: number, most: number) {
  const error = expected("allowed here", `a whole number from ${least} to ${most}`);
  return z.int({ error }).min(least, { error }).max(most, { error });
}
