/** A line is no longer than this where it need not be. */
const width = 118;

/** A value in YAML as people write it: short maps and lists on one line, long ones with a line for each entry. */
export function yamlOf(value: unknown, indent = ""): string {
  if (Array.isArray(value)) return value.map((item) => listItem(item, indent)).join("\n");
  return entriesOf(value)
    .map(([key, item]) => mapEntry(key, item, indent))
    .join("\n");
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).filter(([, item]) => item !== undefined);
}

function mapEntry(key: string, value: unknown, indent: string): string {
  const start = `${indent}${scalar(key)}:`;
  const line = `${start} ${inline(value)}`;
  if (!isCollection(value) || isEmpty(value) || (line.length <= width && !holdsFarms(value))) return line;
  return `${start}\n${yamlOf(value, `${indent}  `)}`;
}

function listItem(value: unknown, indent: string): string {
  const line = `${indent}- ${inline(value)}`;
  if (!isCollection(value) || line.length <= width) return line;
  return `${indent}- ${yamlOf(value, `${indent}  `).trimStart()}`;
}

/** Maps with maps in them read better with a line for each, however short they are. */
function holdsFarms(value: unknown): boolean {
  return "servers" in Object(value) && entriesOf(value).length > 1;
}

const isCollection = (value: unknown): boolean => typeof value === "object" && value !== null;
const isEmpty = (value: unknown): boolean => Object.keys(Object(value)).length === 0;

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (!isCollection(value)) return scalar(value);
  if (isEmpty(value)) return "{}";
  return `{ ${entriesOf(value)
    .map(([key, item]) => `${scalar(key)}: ${inline(item)}`)
    .join(", ")} }`;
}

/** Plain where nothing can be mistaken; single quotes leave backslashes as they are. */
export function scalar(value: unknown): string {
  if (typeof value !== "string") return String(value);
  const plain = /^[A-Za-z0-9_/.][A-Za-z0-9_/.*@+-]*(?: [A-Za-z0-9_/.*@+-]+)*(?::\/\/[A-Za-z0-9_/.:-]+|:\d{1,5})?$/;
  const otherwise =
    /^(?:true|false|yes|no|on|off|y|n|null|~|[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:e[+-]?\d+)?|0x[\da-f]+|0o[0-7]+|[\d:]+|[+-]?\.(?:inf|nan)|\d{4}-\d\d?-\d\d?)$/i;
  if (plain.test(value) && !otherwise.test(value)) return value;
  // oxlint-disable-next-line no-control-regex -- What YAML takes in double quotes only.
  if (/[\0-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]/.test(value)) return doubleQuoted(value);
  return /[\\"]/.test(value) ? `'${value.replaceAll("'", "''")}'` : `"${value}"`;
}

const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

function doubleQuoted(value: string): string {
  return JSON.stringify(value).replaceAll(/[\x7f-\x9f\u2028\u2029\ufeff]/g, escape);
}

/** Lines of a comment, as long as they may be. */
export function comment(text: string, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").split(" ")) {
    if (line !== "" && indent.length + line.length + word.length + 3 > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${indent}# ${one}`).join("\n");
}
