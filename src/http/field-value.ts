/** Reads the first line of a field from heads as they came (latin1, lines with CRLF); "" = there is none. */
export function fieldReader(name: string): (head: string) => string {
  const pattern = new RegExp(`\\r\\n${name.replaceAll(/[^\w-]/g, String.raw`\$&`)}:[ \\t]*([^\\r\\n]*)`, "i");
  return (head) => pattern.exec(head)?.[1]?.trimEnd() ?? "";
}
