/** Requests at once on one connection (RFC 9113 6.5.2 recommends at least 100). */
export const maxStreams = 100;
/** Bytes of a request's body that may come before the member has taken them; per stream, so times `maxStreams`. */
export const streamWindow = 128 * 1024;
/** The same for a whole connection; node:http2 renews it at once, so it only limits the speed of uploads. */
export const connectionWindow = 1024 * 1024;
/** Fields of a request, cookie crumbs among them; their size is limited by the listener's `maxHeader`. */
export const maxFields = 1000;
/** Of a response's head, as HPACK has it. */
export const maxSentHead = 512 * 1024;
/** MiB that node:http2 may keep for one connection. */
export const maxSessionMemory = 16;
/** Pieces of a body below this are counted while they wait. */
export const smallPiece = 64;
