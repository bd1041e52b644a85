/** What a client gets that keeps its connection open before its first request has told the farm. */
export const keepAliveBeforeFirstMs = 120_000;
/** How long a client may take for the bytes of a last response that are still to be written. */
export const flushMs = 120_000;
/** How long a client may take to close once it has its last response; longer while it still sends, but not for ever. */
export const lingerMs = 5_000;
export const maxLingerMs = 30_000;
/** Characters of a request's head that may stay in memory while a connection is idle. */
export const maxKeptHead = 4096;
export const maxHeldBytes = 64 * 1024;
