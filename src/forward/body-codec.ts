import {
  type BrotliCompress,
  type BrotliDecompress,
  constants,
  createBrotliCompress,
  createBrotliDecompress,
  createDeflate,
  createDeflateRaw,
  createGunzip,
  createGzip,
  createInflate,
  createInflateRaw,
  type Deflate,
  type DeflateRaw,
  type Gunzip,
  type Gzip,
  type Inflate,
  type InflateRaw,
} from "node:zlib";
import type { ContentCoding } from "../rules/outbound/content-coding.ts";

type Decoder = Gunzip | Inflate | InflateRaw | BrotliDecompress;
type Encoder = Gzip | Deflate | DeflateRaw | BrotliCompress;

/** Takes a content coding off and puts the same one on again. Both hold a few pieces of 16 KiB and no more. */
export interface BodyCodec {
  readonly decoder: Decoder;
  readonly encoder: Encoder;
  /** For `encoder.flush`: all that it was given can be read by the client. */
  readonly flush: number;
}

const brotliOptions = {
  params: {
    // Node's own default would take seconds for each megabyte.
    [constants.BROTLI_PARAM_QUALITY]: 4,
    [constants.BROTLI_PARAM_LGWIN]: 18,
  },
};

/** `first`: the first byte of the body, by which the two kinds of "deflate" differ. */
export function createCodec(coding: Exclude<ContentCoding, "identity">, first: number): BodyCodec {
  if (coding === "br") {
    const flush = constants.BROTLI_OPERATION_FLUSH;
    return { decoder: createBrotliDecompress(), encoder: createBrotliCompress(brotliOptions), flush };
  }
  const flush = constants.Z_SYNC_FLUSH;
  if (coding === "gzip") return { decoder: createGunzip(), encoder: createGzip(), flush };
  return isZlib(first)
    ? { decoder: createInflate(), encoder: createDeflate(), flush }
    : { decoder: createInflateRaw(), encoder: createDeflateRaw(), flush };
}

/** RFC 9110 8.4.1.2: it should be, but there are servers that send what is within without RFC 1950's frame. */
function isZlib(first: number): boolean {
  return (first & 0x0f) === 8;
}
