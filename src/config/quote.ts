const limit = 100;

/** A value as a message shows it: strings quoted and bounded, maps and lists by their kind. */
export function quote(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "string") return JSON.stringify(value.length > limit ? `${value.slice(0, limit)}…` : value);
  return typeof value === "bigint" ? `${value}` : (JSON.stringify(value) ?? typeof value);
}
