import { descendant, childrenOf, type XmlElement } from "./xml-element.ts";

/** A part of the file that holds for some paths: the root, or a `<location>`. */
export interface Scope {
  /** "" = everything; else the name of a site, with a path below it or without. */
  readonly path: string;
  readonly webServer: XmlElement;
}

/** The scopes in the order in which they are obeyed. */
export function scopesOf(root: XmlElement): readonly Scope[] {
  const own = childrenOf(root, "system.webServer").map((webServer) => ({ path: "", webServer }));
  const located = childrenOf(root, "location").flatMap((location) => {
    const written = location.attributes.get("path")?.value.trim() ?? "";
    const path = written === "." ? "" : written.replaceAll(/^\/+|\/+$/g, "");
    return childrenOf(location, "system.webServer").map((webServer) => ({ path, webServer }));
  });
  return [...own, ...located].toSorted((a, b) => depth(a.path) - depth(b.path));
}

const depth = (path: string): number => (path === "" ? 0 : path.split("/").length);

/** The section of each scope that has it. */
export function sectionsOf(
  scopes: readonly Scope[],
  ...names: readonly string[]
): readonly { readonly path: string; readonly section: XmlElement }[] {
  return scopes.flatMap(({ path, webServer }) => {
    const section = descendant(webServer, ...names);
    return section === null ? [] : [{ path, section }];
  });
}
