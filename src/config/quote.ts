const limit = 60;

/** A value as a message shows it: strings quoted and bounded, maps and lists by their kind. */
export function quote(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  const text = typeof value === "bigint" ? `${value}` : (JSON.stringify(value) ?? typeof value);
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
