import { dirname, isAbsolute, join } from "node:path";
import { headerOfField, jsonFields, secretHeaders, w3cFields } from "./access-log-fields.ts";
import type { AccessLogConfig, LogConfig, RotateConfig } from "./config.ts";
import { builtInDefaults } from "./defaults.ts";
import { didYouMean } from "./did-you-mean.ts";
import { rotateSchema, type AccessLogDocument, type LogDocument, type RotateDocument } from "./log-schema.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { parseRoutePath } from "./route-path.ts";

const builtInRotation = rotateSchema.required().parse(builtInDefaults.rotate);

/** null = no access log. `configFile`: file names are relative to its folder. */
export function resolveAccessLog(
  written: AccessLogDocument | null,
  configFile: string,
  context: ResolveContext,
): AccessLogConfig | null {
  if (written === null) return null;
  const { findings } = context;
  const format = written.format ?? builtInDefaults.accessLog.format;
  const toFile = written.file !== "stdout";
  if (!toFile && written.rotate !== undefined && written.rotate !== "off") {
    findings.problem(
      ["accessLog", "rotate"],
      "standard output has no files to rotate: leave `rotate` out, or name a file",
    );
  }
  const rotate = toFile ? resolveRotation(written.rotate) : null;
  return {
    file: toFile ? logFile(written.file, configFile) : null,
    format,
    fields: format === "combined" ? noFields(written, context) : fieldsOf(written.fields, format, context),
    exclude: (written.exclude ?? []).map((path, index) => excludedPath(path, ["accessLog", "exclude", index], context)),
    redact: (written.redact ?? []).map((name) => name.toLowerCase()),
    rotate,
  };
}

export function resolveLog(written: LogDocument, configFile: string, { findings }: ResolveContext): LogConfig {
  if (written.file === undefined && written.rotate !== undefined) {
    findings.problem(["log", "rotate"], "standard output has no files to rotate: leave `rotate` out, or name a file");
  }
  return {
    level: written.level ?? builtInDefaults.log.level,
    format: written.format ?? null,
    file: written.file === undefined ? null : logFile(written.file, configFile),
    rotate: written.file === undefined ? null : resolveRotation(written.rotate),
  };
}

function logFile(written: string, configFile: string): string {
  return isAbsolute(written) ? written : join(dirname(configFile), written);
}

function resolveRotation(written: RotateDocument): RotateConfig | null {
  if (written === "off") return null;
  const every = written?.every ?? builtInRotation.every;
  return {
    sizeBytes: written?.size ?? builtInRotation.size,
    every: every === "off" ? null : every,
    keep: written?.keep ?? builtInRotation.keep,
    compress: written?.compress ?? builtInRotation.compress,
  };
}

function noFields({ fields }: AccessLogDocument, { findings }: ResolveContext): readonly string[] {
  if (fields !== undefined) {
    findings.problem(
      ["accessLog", "fields"],
      "the fields of the format combined are fixed: leave `fields` out, or write format: json or w3c",
    );
  }
  return [];
}

function fieldsOf(
  written: readonly string[] | undefined,
  format: "json" | "w3c",
  { findings }: ResolveContext,
): readonly string[] {
  if (written === undefined) return builtInDefaults.accessLog.fields[format];
  written.forEach((field, index) => {
    const fault = faultOf(field, format);
    if (fault !== null) findings.problem(["accessLog", "fields", index], fault);
  });
  return written;
}

function faultOf(field: string, format: "json" | "w3c"): string | null {
  const header = headerOfField(field, format);
  if (header !== null) return secretHeaders.has(header) ? `${quote(field)} carries a secret and is never logged` : null;
  const known: readonly string[] = format === "json" ? jsonFields : w3cFields;
  if (known.includes(field)) return null;
  const ofHeader = format === "json" ? "header.NAME" : "cs(NAME)";
  return `${quote(field)} is not a field of the format ${format}${didYouMean(field, known)}; allowed are ${known.join(", ")} and, for request headers, ${ofHeader}`;
}

function excludedPath(written: string, path: Path, { findings }: ResolveContext): string {
  const parsed = parseRoutePath(written);
  if (parsed.ok) return parsed.path;
  findings.problem(path, parsed.fault);
  return written;
}
