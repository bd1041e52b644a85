/** `{NAME}` or `{NAME:argument}` in a template, those within arguments too. */
interface TemplateReference {
  readonly name: string;
  /** null = a variable. */
  readonly argument: string | null;
}

function referencesOf(template: string): readonly TemplateReference[] {
  const found: TemplateReference[] = [];
  const starts: number[] = [];
  for (const [offset, character] of [...template.matchAll(/[{}]/g)].map(
    ({ index, 0: text }) => [index, text] as const,
  )) {
    if (character === "{") starts.push(offset + 1);
    else {
      const start = starts.pop();
      if (start === undefined) continue;
      const inside = template.slice(start, offset);
      const colon = inside.indexOf(":");
      found.push(
        colon === -1
          ? { name: inside.trim(), argument: null }
          : { name: inside.slice(0, colon).trim(), argument: inside.slice(colon + 1) },
      );
    }
  }
  return found;
}

const functions = ["tolower", "urlencode", "urldecode", "htmlencode"];

export function usesCapture(template: string, letter: "R" | "C"): boolean {
  return referencesOf(template).some(({ name, argument }) => argument !== null && name.toUpperCase() === letter);
}

/** Names of maps and providers. */
export function tablesOf(template: string): readonly string[] {
  return referencesOf(template)
    .filter(
      ({ name, argument }) => argument !== null && !/^[RC]$/i.test(name) && !functions.includes(name.toLowerCase()),
    )
    .map(({ name }) => name);
}

/** Is it this variable and nothing else? */
export function isVariable(template: string, ...names: readonly string[]): boolean {
  const name = /^\{([A-Za-z_0-9]+)\}$/.exec(template.trim())?.[1]?.toUpperCase();
  return name !== undefined && names.includes(name);
}
