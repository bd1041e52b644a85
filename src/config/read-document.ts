import * as z from "zod";
import { acmeSchema } from "./acme-schema.ts";
import type { AcmeDocument } from "./acme-schema.ts";
import {
  adminSchema,
  defaultsSchema,
  documentShape,
  forwardedSchema,
  stateFileSchema,
  workersSchema,
} from "./document-schema.ts";
import { eventsSchema, type EventsDocument } from "./events-schema.ts";
import { expandPresets, isMap } from "./expand-presets.ts";
import type { RawDocument } from "./expand-presets.ts";
import { farmSchema } from "./farm-schema.ts";
import type { FarmDocument } from "./farm-schema.ts";
import type { Findings } from "./findings.ts";
import { metricsSchema, type MetricsDocument } from "./metrics-schema.ts";
import { nameSchema } from "./leaf-schemas.ts";
import { limitsSchema, type LimitsDocument } from "./limits-schema.ts";
import { accessLogSchema, logSchema, type AccessLogDocument, type LogDocument } from "./log-schema.ts";
import { listenerSchema } from "./listener-schema.ts";
import type { ListenerDocument } from "./listener-schema.ts";
import type { Origins } from "./origins.ts";
import type { Presets } from "./preset.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import {
  outboundRuleSchema,
  preConditionSchema,
  type OutboundRuleDocument,
  type PreConditionDocument,
} from "./outbound-rule-schema.ts";
import { routeSchema } from "./route-schema.ts";
import type { RouteDocument } from "./route-schema.ts";
import {
  rewriteMapSchema,
  ruleNameSchema,
  ruleSchema,
  type RewriteMapDocument,
  type RuleDocument,
} from "./rule-schema.ts";
import { serverSchema } from "./server-schema.ts";
import type { ServerDocument } from "./server-schema.ts";
import { stopSchema } from "./stop-schema.ts";
import { tracingSchema, type TracingDocument } from "./tracing-schema.ts";
import { validate } from "./validate.ts";

/** A part of the document; null = its shape is wrong, which has been reported. */
interface Item<T> {
  readonly path: Path;
  readonly value: T | null;
}

/** The document after its shape was checked: what every part means by itself. */
export interface Document {
  readonly listen: readonly Item<ListenerDocument>[];
  readonly servers: ReadonlyMap<string, Item<ServerDocument>>;
  readonly farms: ReadonlyMap<string, Item<FarmDocument>>;
  readonly routes: readonly Item<RouteDocument>[];
  readonly rules: readonly Item<RuleDocument>[];
  readonly outboundRules: readonly Item<OutboundRuleDocument>[];
  readonly preConditions: ReadonlyMap<string, Item<PreConditionDocument>>;
  readonly rewriteMaps: ReadonlyMap<string, Item<RewriteMapDocument>>;
  readonly defaults: z.output<typeof defaultsSchema>;
  readonly limits: LimitsDocument;
  readonly forwarded: z.output<typeof forwardedSchema>;
  /** null = left out, or wrong. */
  readonly acme: AcmeDocument | null;
  readonly admin: z.output<typeof adminSchema>;
  readonly metrics: MetricsDocument;
  /** null: left out, or wrong. */
  readonly tracing: TracingDocument | null;
  readonly events: EventsDocument;
  /** null: left out. */
  readonly workers: z.output<typeof workersSchema> | null;
  readonly accessLog: AccessLogDocument | null;
  readonly log: LogDocument;
  readonly stop: z.output<typeof stopSchema>;
  /** null: left out. */
  readonly stateFile: string | null;
  /** false: sections are missing because they were wrong as a whole. */
  readonly complete: boolean;
  /** As an admin would have written it without presets. */
  readonly expanded: RawDocument;
}

export interface ReadContext {
  readonly presets: Presets;
  readonly findings: Findings;
  readonly origins: Origins;
}

/** null = there is nothing to go on with; the reason has been reported. */
export function readDocument(value: unknown, context: ReadContext): Document | null {
  const { findings } = context;
  if (!isMap(value)) {
    const message = value === null || value === undefined ? "the file is empty" : `${quote(value)} is not a map`;
    findings.problem(
      [],
      `${message}: write at least listen, servers, farms and routes (examples/ has complete configurations)`,
    );
    return null;
  }
  const { raw, complete } = expandPresets(knownSections(value, context), context);
  const reader: Reader = { raw, findings, broken: new Set() };
  const document = {
    listen: listItems(reader, "listen", listenerSchema),
    servers: mapItems(reader, "servers", serverSchema),
    farms: mapItems(reader, "farms", farmSchema),
    routes: listItems(reader, "routes", routeSchema),
    rules: listItems(reader, "rules", ruleSchema),
    outboundRules: listItems(reader, "outboundRules", outboundRuleSchema),
    preConditions: mapItems(reader, "preConditions", preConditionSchema, ruleNameSchema),
    rewriteMaps: mapItems(reader, "rewriteMaps", rewriteMapSchema, ruleNameSchema),
    defaults: section(reader, "defaults", defaultsSchema) ?? {},
    forwarded: section(reader, "forwarded", forwardedSchema) ?? {},
    acme: section(reader, "acme", acmeSchema),
    limits: section(reader, "limits", limitsSchema) ?? {},
    workers: section(reader, "workers", workersSchema),
    stop: section(reader, "stop", stopSchema) ?? {},
    stateFile: section(reader, "stateFile", stateFileSchema),
    ...observation(reader),
    expanded: raw,
  };
  return { ...document, complete: complete && reader.broken.size === 0 };
}

interface Reader {
  readonly raw: RawDocument;
  readonly findings: Findings;
  /** Sections that are wrong as a whole. */
  readonly broken: Set<string>;
}

/** Reports top keys that do not exist, and leaves them out. */
function knownSections(value: RawDocument, { presets, findings }: ReadContext): RawDocument {
  const shape = Object.fromEntries(
    [...Object.keys(documentShape), ...Object.keys(presets)].map((key) => [key, z.unknown()]),
  );
  return validate(z.strictObject(shape).partial(), value, [], findings) ?? {};
}

function section<S extends z.ZodType>({ raw, findings }: Reader, key: string, schema: S): z.output<S> | null {
  return Object.hasOwn(raw, key) ? validate(schema, raw[key], [key], findings) : null;
}

/** The sections that say how the router can be watched. */
function observation(reader: Reader) {
  return {
    admin: section(reader, "admin", adminSchema) ?? {},
    metrics: section(reader, "metrics", metricsSchema) ?? "off",
    accessLog: section(reader, "accessLog", accessLogSchema),
    log: section(reader, "log", logSchema) ?? {},
    tracing: section(reader, "tracing", tracingSchema),
    events: section(reader, "events", eventsSchema) ?? {},
  } as const;
}

function listItems<S extends z.ZodType>(reader: Reader, key: string, schema: S): Item<z.output<S>>[] {
  const { raw, findings, broken } = reader;
  const list = Object.hasOwn(raw, key) ? raw[key] : [];
  if (Array.isArray(list)) {
    return list.map((item: unknown, index) => ({
      path: [key, index],
      value: validate(schema, item, [key, index], findings),
    }));
  }
  findings.problem([key], `${quote(list)} is not a list: begin each entry with "- "`);
  broken.add(key);
  return [];
}

function mapItems<S extends z.ZodType>(
  reader: Reader,
  key: string,
  schema: S,
  names: z.ZodType = nameSchema,
): Map<string, Item<z.output<S>>> {
  const { raw, findings, broken } = reader;
  const map = Object.hasOwn(raw, key) ? raw[key] : {};
  const items = new Map<string, Item<z.output<S>>>();
  if (!isMap(map)) {
    findings.problem([key], `${quote(map)} is not a map: write one "name: …" for each entry`);
    broken.add(key);
    return items;
  }
  for (const [name, item] of Object.entries(map)) {
    const path = [key, name];
    const named = names.safeParse(name);
    if (!named.success) findings.problem(path, named.error.issues[0]?.message ?? "not a name", "key");
    items.set(name, { path, value: validate(schema, item, path, findings) });
  }
  return items;
}
