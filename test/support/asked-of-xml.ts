import fc from "fast-check";
import { all, attribute, parseXml, type Xml } from "./xml-tree.ts";
import type { Asked } from "./way.ts";

/** Requests for what a configuration names, and for what is nearly that. */
export function askedOf(xml: string): fc.Arbitrary<Asked> {
  const root = parseXml(xml);
  return fc.record({
    https: fc.boolean(),
    host: fc.constantFrom(...hostsIn(root)).chain(hostLike),
    target: fc
      .tuple(fc.constantFrom(...pathsIn(root)).chain(pathLike), fc.constantFrom("", "", "?", "?x=1", "?x=1&q=%2F%3Fa"))
      .map((parts) => parts.join("")),
  });
}

function everywhere(from: Xml): readonly Xml[] {
  return [from, ...from.children.flatMap(everywhere)];
}

function hostsIn(root: Xml): readonly string[] {
  const elements = everywhere(root);
  const patterns = elements
    .filter(({ name, attributes }) => name === "add" && /HTTP_HOST|SERVER_NAME/i.test(attributes["input"] ?? ""))
    .flatMap((condition) => textsOf(attribute(condition, "pattern", "")));
  const farms = elements.filter(({ name }) => name === "webFarm").map((farm) => attribute(farm, "name", ""));
  const keys = all(root, "system.webServer/rewrite/rewriteMaps/rewriteMap/add").map((add) => attribute(add, "key", ""));
  const bound = elements
    .filter(({ name }) => name === "binding")
    .map((binding) => attribute(binding, "bindingInformation", "").split(":").at(-1) ?? "");
  return unique([...patterns, ...farms, ...keys, ...bound, "mail.other.example", "unrelated.invalid"]).filter((text) =>
    /^[\w.-]*\w$/.test(text),
  );
}

function pathsIn(root: Xml): readonly string[] {
  const elements = everywhere(root);
  const matches = elements
    .filter(({ name }) => name === "match")
    .flatMap((match) => textsOf(attribute(match, "url", "")));
  const inConditions = elements
    .filter(({ name, attributes }) => name === "add" && /URL|URI/.test(attributes["input"] ?? ""))
    .flatMap((condition) => textsOf(attribute(condition, "pattern", "")));
  const keys = elements
    .filter(({ name, attributes }) => name === "add" && "key" in attributes)
    .map((add) => attribute(add, "key", ""));
  const usual = ["", "owa", "ecp/", "ews/exchange.asmx", "rpc/rpcproxy.dll", "mapi", "x", "images/a.jpg"];
  return unique([...matches, ...inConditions, ...keys, ...usual])
    .map((text) => text.replace(/^\/+/, ""))
    .filter((text) => /^[\w./~-]*$/.test(text));
}

/** Texts that a pattern, wildcard or regular expression, is likely to match. */
function textsOf(pattern: string): readonly string[] {
  const plain = pattern
    .replaceAll(/\(:\\d[+*]\)\?/g, "")
    .replaceAll(/\(\?:/g, "(")
    .replaceAll(/[\^$]/g, "")
    .replaceAll(/\(\/\.\*\)\?/g, "");
  const groups = /^(.*?)\(([^()]*\|[^()]*)\)(.*)$/.exec(plain);
  const alternatives =
    groups === null
      ? plain.split("|")
      : (groups[2] ?? "").split("|").map((one) => `${groups[1] ?? ""}${one}${groups[3] ?? ""}`);
  return alternatives.map((text) =>
    text
      .replaceAll(/\\d[+*]?/g, "7")
      .replaceAll(/\\(.)/g, "$1")
      .replaceAll(/\.[*+]\??|\*/g, "any")
      .replaceAll(/[()?+[\]]/g, ""),
  );
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

function hostLike(host: string): fc.Arbitrary<string> {
  const [first = "", ...rest] = host.split(".");
  return fc.constantFrom(
    host,
    host,
    host,
    host.toUpperCase(),
    `${host}:443`,
    `${host}:8443`,
    `x${host}`,
    `${host}x`,
    `sub.${host}`,
    ...[`${first}.other.example`, `${first}x.${rest.join(".")}`, `${host}.example`, rest.join(".")].filter(
      (text) => /^\w/.test(text) && /\w$/.test(text),
    ),
  );
}

function pathLike(path: string): fc.Arbitrary<string> {
  const escaped = path.replace(/[a-z]/i, (letter) => `%${(letter.codePointAt(0) ?? 0).toString(16)}`);
  return fc.constantFrom(
    ...["", "", "/", "x", "/deeper/a.htm", ".jpg", "/a%2Fb", "/a%20b", "//a", "/../b", "/%C3%A9"].map(
      (end) => `/${path}${end}`,
    ),
    `/${path.toUpperCase()}`,
    `/${escaped}`,
    `/x/${path}`,
    `//${path}`,
    `/x${path}`,
    `/${path.slice(0, -1)}`,
  );
}
