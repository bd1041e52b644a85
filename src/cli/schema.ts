import { Command } from "commander";
import { configJsonSchema } from "../config/json-schema.ts";
import { presets } from "./load.ts";

/** `fairlead schema`: the JSON Schema of the configuration, for editors. */
export function schemaCommand(): Command {
  return new Command("schema")
    .description("print the JSON Schema of the configuration, for editors")
    .action(() => void process.stdout.write(`${JSON.stringify(configJsonSchema(presets), null, 2)}\n`));
}
