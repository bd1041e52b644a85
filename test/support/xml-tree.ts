import { SaxesParser } from "saxes";

/** An element as it is written, without places and without checks. */
export interface Xml {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Xml[];
}

interface Open extends Xml {
  readonly children: Xml[];
}

export function parseXml(text: string): Xml {
  const parser = new SaxesParser();
  const top: Open = { name: "", attributes: {}, children: [] };
  const open: Open[] = [top];
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const element: Open = { name, attributes: { ...attributes }, children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on("closetag", () => open.pop());
  parser.write(text.replace(/^\uFEFF/, "")).close();
  const [root] = top.children;
  if (root === undefined) throw new Error("there is no element");
  return root;
}

/** All elements that a path of names leads to. */
export function all(from: Xml, path: string): readonly Xml[] {
  const [first = "", ...rest] = path.split("/");
  const found = from.children.filter(({ name }) => name === first);
  return rest.length === 0 ? found : found.flatMap((child) => all(child, rest.join("/")));
}

export function attribute(element: Xml | undefined, name: string, fallback: string): string {
  return element?.attributes[name] ?? fallback;
}

export function isOn(element: Xml | undefined, name: string, fallback: boolean): boolean {
  return attribute(element, name, `${fallback}`).trim().toLowerCase() === "true";
}
