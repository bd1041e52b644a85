const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  '"': "&quot;",
  "'": "&#39;",
  "\r": "&#13;",
};

function escaped(text: string, characters: RegExp): string {
  return text.replace(characters, (character) => escapes[character] ?? character);
}

/** The value as it is written between these quotes; "" = without any, where it can be. */
export function writeValue(value: string, quote: string): string {
  if (quote === '"') return escaped(value, /[&<"\r]/g);
  if (quote === "'") return escaped(value, /[&<'\r]/g);
  const needsQuotes = value === "" || /[\t\n\f\r "'<=>`]/.test(value);
  return needsQuotes ? `"${escaped(value, /[&<"\r]/g)}"` : escaped(value, /[&]/g);
}

/** With references in the place of the characters that cannot be written otherwise. */
export function withReferences(text: string): string {
  return text.replace(/[^\0-\xff]/gu, (character) => `&#${character.codePointAt(0) ?? 0xff_fd};`);
}
