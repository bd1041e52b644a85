import type { ServerHttp2Stream } from "node:http2";

/** The end of a body that goes to the member in chunks. */
export const lastChunk = Buffer.from("0\r\n\r\n");
const lineEnd = Buffer.from("\r\n");

export function chunk(bytes: Buffer): Buffer {
  if (bytes.length === 0) return bytes;
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`, "latin1"), bytes, lineEnd]);
}

/**
 * Node keeps each DATA frame that comes while nothing is read as a buffer of its own, up to the whole window. Only here
 * can it be seen how many they are.
 */
export function watchPieces(stream: ServerHttp2Stream, held: (bytes: number) => void): void {
  const push = stream.push.bind(stream);
  stream.push = (piece: Buffer | null) => {
    if (piece !== null && stream.isPaused()) held(piece.length);
    return push(piece);
  };
}
