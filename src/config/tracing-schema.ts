import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { expected, expectedSecret } from "./expected.ts";
import { textSchema } from "./leaf-schemas.ts";
import { percentageSchema } from "./units.ts";

const defaults = builtInDefaults.tracing;

/** A header's name (RFC 9110 5.6.2). */
const notAHeader = expected("a header's name", "letters, digits and -, such as Authorization");
const headerSchema = z.string({ error: notAHeader }).regex(/^[A-Za-z0-9-]+$/, { error: notAHeader });

/** Printable ASCII: what goes out in a header without a doubt. */
const notAValue = { error: expectedSecret("the header's value, of printable ASCII characters") };
const valueSchema = z.string(notAValue).regex(/^[\x20-\x7e]+$/, notAValue);

/** The section `tracing`. */
export const tracingSchema = z.strictObject({
  endpoint: textSchema("a URL", "where the collector takes traces, such as http://127.0.0.1:4318/v1/traces").meta({
    description: "The collector's URL for traces: OTLP over HTTP, as JSON.",
  }),
  sample: percentageSchema(100).optional().meta({
    description: "The share of requests that are traced, of those for which the caller has not decided.",
    default: defaults.sample,
  }),
  service: textSchema("a name", "the name that this router has in traces")
    .optional()
    .meta({ description: "The service's name in traces.", default: defaults.service }),
  headers: z.record(headerSchema, valueSchema).optional().meta({
    description: "Headers that the collector asks for. Secret ones are better put into `headersEnv`.",
  }),
  headersEnv: z
    .record(headerSchema, textSchema("a name", "the name of an environment variable"))
    .optional()
    .meta({ description: "Headers whose values are in environment variables: { Authorization: OTLP_AUTHORIZATION }." }),
});

export type TracingDocument = z.output<typeof tracingSchema>;
