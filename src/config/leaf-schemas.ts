import * as z from "zod";
import { expected } from "./expected.ts";

/** The names of servers and farms: they appear in URLs, commands and metrics. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

const notAName = expected("a name", 'letters, digits, ".", "_" and "-" (at most 63, the first a letter or digit)');
export const nameSchema = z.string({ error: notAName }).regex(namePattern, { error: notAName }).meta({ title: "name" });

const notAPort = (least: number) => expected("a port", `a number from ${least} to 65535`);
export const portSchema = z
  .int({ error: notAPort(1) })
  .min(1, { error: notAPort(1) })
  .max(65_535, { error: notAPort(1) })
  .meta({ title: "port" });
/** 0 = any free port. */
export const listenPortSchema = z
  .int({ error: notAPort(0) })
  .min(0, { error: notAPort(0) })
  .max(65_535, { error: notAPort(0) })
  .meta({ title: "port" });

const notASwitch = expected("a switch", "true or false");
export const switchSchema = z.boolean({ error: notASwitch });

const notAFile = expected("a file name", "the name of a file, relative to the configuration file");
export const fileSchema = z.string({ error: notAFile }).min(1, { error: notAFile }).meta({ title: "file" });

/** A text that must not be empty. */
export function textSchema(what: string, write: string) {
  const error = expected(what, write);
  return z.string({ error }).min(1, { error });
}
