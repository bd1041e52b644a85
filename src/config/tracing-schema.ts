import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { textSchema } from "./leaf-schemas.ts";
import { sentHeadersShape } from "./sent-headers-schema.ts";
import { percentageSchema } from "./units.ts";

const defaults = builtInDefaults.tracing;

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
  ...sentHeadersShape("the collector", "OTLP_AUTHORIZATION"),
});

export type TracingDocument = z.output<typeof tracingSchema>;
