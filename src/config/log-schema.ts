import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { expected, expectedOneOf } from "./expected.ts";
import { fileSchema, switchSchema, textSchema } from "./leaf-schemas.ts";
import { sizeSchema, wholeNumberSchema } from "./units.ts";

const rotateDefaults = builtInDefaults.rotate;
const periods = ["hour", "day", "week", "off"] as const;

/** `rotate` of a log file. */
export const rotateSchema = z.strictObject({
  size: sizeSchema("64KiB", "4096MiB")
    .optional()
    .meta({ description: "A new file is begun when this one is so large.", default: rotateDefaults.size }),
  every: z
    .enum(periods, { error: expectedOneOf(periods) })
    .optional()
    .meta({
      description: "A new file is begun with each hour, day or week (Monday), by UTC.",
      default: rotateDefaults.every,
    }),
  keep: wholeNumberSchema(1, 10_000)
    .optional()
    .meta({ description: "So many earlier files are kept.", default: rotateDefaults.keep }),
  compress: switchSchema
    .optional()
    .meta({ description: "Earlier files are compressed (gzip).", default: rotateDefaults.compress }),
});

const notRotation = expected("a rotation", "{ size: 100MiB, every: day, keep: 14 }, or off for logrotate");
const rotationSchema = z.union([z.literal("off"), rotateSchema], { error: notRotation }).optional();

const formats = ["json", "w3c", "combined"] as const;
const list = (what: string, write: string, entry: z.ZodType<string>) =>
  z.array(entry, { error: expected(what, write) }).optional();

/** `accessLog`. */
export const accessLogSchema = z.strictObject({
  file: fileSchema.meta({
    description: "Where a line is appended for each request that is over: a file, or `stdout`.",
  }),
  format: z
    .enum(formats, { error: expectedOneOf(formats) })
    .optional()
    .meta({
      description: "`w3c`: as IIS writes it. `combined`: as Apache and nginx do. `json`: one object per line.",
      default: builtInDefaults.accessLog.format,
    }),
  fields: list(
    "a list of fields",
    "their names, such as [time, method, target, status]",
    textSchema("a field", "its name"),
  ).meta({ description: "The fields of `json` or `w3c`, in this order. docs/logs.md has all of them." }),
  exclude: list(
    "a list of paths",
    "paths, such as [/owa/healthcheck.htm]",
    textSchema("a path", "a path, such as /healthz"),
  ).meta({ description: "Requests with these paths, and below them, are logged only when they fail." }),
  redact: list(
    "a list of names",
    "names of query parameters, such as [ticket]",
    textSchema("a name", "the name of a query parameter"),
  ).meta({
    description: "Further parameters of queries whose values are secret. Well-known ones are always left out.",
  }),
  rotate: rotationSchema.meta({ description: "When a new file is begun, or `off`." }),
});

export type AccessLogDocument = z.output<typeof accessLogSchema>;

const levels = ["debug", "info", "warn", "error"] as const;
const logFormats = ["json", "lines"] as const;

/** `log`. */
export const logSchema = z.strictObject({
  level: z
    .enum(levels, { error: expectedOneOf(levels) })
    .optional()
    .meta({ description: "The least important events that are logged.", default: builtInDefaults.log.level }),
  format: z
    .enum(logFormats, { error: expectedOneOf(logFormats) })
    .optional()
    .meta({ description: "Left out: `lines` for a person at a terminal, else `json`." }),
  file: fileSchema.optional().meta({ description: "A file instead of standard output." }),
  rotate: rotationSchema.meta({ description: "When a new file is begun, or `off`." }),
});

export type LogDocument = z.output<typeof logSchema>;
export type RotateDocument = z.output<typeof rotationSchema>;
