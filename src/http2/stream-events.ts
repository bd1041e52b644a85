import type { ServerHttp2Stream } from "node:http2";
import { guarded } from "../forward/guarded.ts";

interface StreamEvents {
  internalError(error: unknown): void;
  readonly drain: () => void;
  /** The client has reset it, or its connection is gone. */
  readonly aborted: () => void;
  readonly close: () => void;
}

/** Makes heard what happens to a stream, but for its request's body. */
export function hearStream(stream: ServerHttp2Stream, heard: StreamEvents): void {
  stream.on("drain", guarded(heard, heard.drain));
  stream.on("aborted", guarded(heard, heard.aborted));
  stream.on("close", guarded(heard, heard.close));
  // It is followed by `close`; there is nothing to add to it.
  stream.on("error", () => undefined);
}
