import * as z from "zod";
import { documentShape } from "./document-schema.ts";
import type { Presets } from "./preset.ts";

/** The JSON Schema (draft 2020-12) of the configuration as it is written, for editors. */
export function configJsonSchema(presets: Presets): Readonly<Record<string, unknown>> {
  const blocks = Object.entries(presets).map(
    ([key, { schema, description }]) => [key, schema.optional().meta({ description })] as const,
  );
  const schema = z.strictObject({ ...documentShape, ...Object.fromEntries(blocks) });
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12", override: keepDefault });
  return {
    $schema,
    title: "Fairlead configuration",
    ...rest,
  };
}

/** Zod leaves defaults out where a value is transformed, because its own would be of the other side. Ours are as written. */
function keepDefault({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}): void {
  const written = z.globalRegistry.get(zodSchema)?.["default"];
  if (typeof written === "string") jsonSchema.default = written;
}
