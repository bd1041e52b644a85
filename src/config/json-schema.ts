import * as z from "zod";
import { documentShape } from "./document-schema.ts";
import type { Presets } from "./preset.ts";

/** The JSON Schema (draft 2020-12) of the configuration as it is written, for editors. */
export function configJsonSchema(presets: Presets): Readonly<Record<string, unknown>> {
  const blocks = Object.entries(presets).map(
    ([key, { schema, description }]) => [key, schema.optional().meta({ description })] as const,
  );
  const schema = z.strictObject({ ...documentShape, ...Object.fromEntries(blocks) });
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" });
  return {
    $schema,
    title: "Fairlead configuration",
    ...rest,
  };
}
