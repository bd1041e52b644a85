/** More parameters than a request has for people; what stands behind them is not looked at. */
const maxParameters = 256;

/**
 * Reads the values of these query parameters from a request target and puts them one behind the other, in the order of the
 * names. Of a parameter that stands there twice the first counts. As with ASP, names may be written in any case.
 */
export function queryReader(names: readonly string[]): (target: string) => string {
  // Targets are latin1: a letter beyond ASCII stands there as the bytes of its UTF-8.
  const places = new Map(names.map((name, index) => [bytesOf(name).toLowerCase(), index]));
  const values = names.map((): string | null => null);
  return (target) => {
    const query = target.indexOf("?");
    if (query === -1) return "";
    readInto(values, target, query + 1, places);
    const all = joined(values);
    values.fill(null);
    return all;
  };
}

function readInto(values: (string | null)[], target: string, from: number, places: ReadonlyMap<string, number>): void {
  let start = from;
  for (let count = 0; count < maxParameters && start < target.length; count++) {
    const next = target.indexOf("&", start);
    const end = next === -1 ? target.length : next;
    const sign = target.indexOf("=", start);
    const nameEnd = sign === -1 || sign > end ? end : sign;
    const place = places.get(decoded(target.slice(start, nameEnd)).toLowerCase());
    if (place !== undefined) values[place] ??= decoded(target.slice(nameEnd + 1, end));
    start = end + 1;
  }
}

function joined(values: readonly (string | null)[]): string {
  let all = "";
  for (const value of values) if (value !== null) all += value;
  return all;
}

const encoded = /%([\da-f]{2})/gi;
const character = (_: string, hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));

/** To bytes, as latin1; what is not well encoded stays as it is. */
function decoded(text: string): string {
  const plain = text.includes("+") ? text.replaceAll("+", " ") : text;
  return plain.includes("%") ? plain.replace(encoded, character) : plain;
}

function bytesOf(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
