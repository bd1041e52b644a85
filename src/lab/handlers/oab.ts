import type { Handler, LabExchange } from "../lab-exchange.ts";
import { fieldValue, type Field } from "../lab-request.ts";
import { parseByteRange, type ByteRange } from "./byte-range.ts";
import { patternBytes } from "./pattern-bytes.ts";

const changed = "Fri, 02 Aug 2013 12:00:00 GMT";

/** The offline address book: a manifest and one large file, with ranges as BITS asks for them. */
export const oab: Handler = async (exchange) => {
  const { method, path } = exchange.request;
  if (method !== "GET" && method !== "HEAD") await exchange.respond({ status: 405, fields: [["Allow", "GET, HEAD"]] });
  else if (path.endsWith(".lzx")) await file(exchange);
  else if (path === "/oab" || path.endsWith("/") || path.endsWith("/oab.xml")) await manifest(exchange);
  else await exchange.respond({ status: 404 });
};

async function manifest(exchange: LabExchange): Promise<void> {
  const size = exchange.frontEnd.oabBytes;
  const full = `<Full seq="1" ver="32" size="${size}" uncompressedsize="${size}">full-1.lzx</Full>`;
  const body = `<?xml version="1.0" encoding="utf-8"?>\n<OAB><OAL id="lab" dn="/" name="\\Default Global Address List">${full}</OAL></OAB>\n`;
  await exchange.respond({ status: 200, fields: [["Content-Type", "text/xml"]], body });
}

async function file(exchange: LabExchange): Promise<void> {
  const size = exchange.frontEnd.oabBytes;
  const etag = `"${size.toString(16)}:0"`;
  const fields: Field[] = [
    ["Content-Type", "application/octet-stream"],
    ["Accept-Ranges", "bytes"],
    ["ETag", etag],
    ["Last-Modified", changed],
  ];
  if (fieldValue(exchange.request, "if-none-match") === etag) {
    await exchange.respond({ status: 304, fields });
    return;
  }
  const range = askedRange(exchange, etag, size);
  if (range === "unsatisfiable") {
    await exchange.respond({ status: 416, fields: [...fields, ["Content-Range", `bytes */${size}`]] });
    return;
  }
  await send(exchange, range, fields);
}

async function send(exchange: LabExchange, range: ByteRange | null, fields: readonly Field[]): Promise<void> {
  const size = exchange.frontEnd.oabBytes;
  const { first, last } = range ?? { first: 0, last: size - 1 };
  const placed: Field[] = range === null ? [] : [["Content-Range", `bytes ${first}-${last}/${size}`]];
  const length: Field = ["Content-Length", String(last - first + 1)];
  await exchange.begin({ status: range === null ? 200 : 206, fields: [...fields, ...placed, length] });
  if (exchange.request.method === "HEAD") return;
  for (const bytes of patternBytes(first, last + 1)) await exchange.write(bytes);
}

/** null = the whole file. */
function askedRange(exchange: LabExchange, etag: string, size: number): ByteRange | "unsatisfiable" | null {
  const condition = fieldValue(exchange.request, "if-range") ?? etag;
  if (condition !== etag && condition !== changed) return null;
  return parseByteRange(fieldValue(exchange.request, "range"), size);
}
