interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

const introduction = `# Configuration reference

Generated from the schema by \`node scripts/docs.mjs\`; do not edit. The same schema is printed for editors by
\`fairlead schema\`. A key that does not stand here is an error; \`fairlead check\` tells every error at once, with its
place, what is allowed and the remedy.

Durations are a number with a unit (\`1500ms\`, \`5s\`, \`35m\`, \`1h\`), sizes likewise (\`64KiB\`, \`1MiB\`). File names are
relative to the configuration file. \`[]\` in a key stands for each entry of a list, \`NAME\` for a name of your choice.
`;

/** The reference of all keys as Markdown, from the JSON Schema. */
export function configurationPage(schema: JsonSchema): string {
  const sections = Object.entries(schema.properties ?? {}).map(([key, part]) => section(key, part));
  return [introduction, ...sections].join("\n");
}

function section(key: string, schema: JsonSchema): string {
  const rows = [...keysBelow(key, schema)];
  const head = [`## ${key}`, "", schema.description ?? "", ""];
  if (rows.length === 0) return [...head, `${typeText(schema)}${defaultText(schema)}`, ""].join("\n");
  const form = `Written as: ${typeText(schema)}${defaultText(schema)}`;
  const table = ["| key | value | default | meaning |", "| --- | --- | --- | --- |", ...rows];
  return [...head, form, "", ...table, ""].join("\n");
}

/** One row for each key, however deep. */
function* keysBelow(prefix: string, schema: JsonSchema): Generator<string> {
  for (const branch of schema.anyOf ?? []) yield* keysBelow(prefix, branch);
  if (schema.items !== undefined) yield* keysBelow(`${prefix}[]`, schema.items);
  if (typeof schema.additionalProperties === "object") yield* keysBelow(`${prefix}.NAME`, schema.additionalProperties);
  for (const [key, part] of Object.entries(schema.properties ?? {})) {
    const path = `${prefix}.${key}`;
    const value =
      part.default === undefined ? (schema.required?.includes(key) === true ? "required" : "") : code(part.default);
    yield `| \`${path}\` | ${typeText(part)} | ${value} | ${part.description ?? ""} |`.replace(/  +\|/g, " |");
    yield* keysBelow(path, part);
  }
}

function typeText(schema: JsonSchema): string {
  if (schema.title !== undefined) return schema.title;
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(", ");
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeText))].join(" or ");
  return plainType(schema);
}

function plainType(schema: JsonSchema): string {
  if (schema.type === "array") return `list of: ${typeText(schema.items ?? {})}`;
  if (schema.type === "object") return typeof schema.additionalProperties === "object" ? "map by name" : "map";
  if (schema.type === "boolean") return "`true`, `false`";
  if (schema.type === "integer") return `${schema.minimum ?? ""} to ${schema.maximum ?? ""}`;
  return "text";
}

const code = (value: unknown): string => `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
const defaultText = (schema: JsonSchema): string =>
  schema.default === undefined ? "" : `; default ${code(schema.default)}`;
