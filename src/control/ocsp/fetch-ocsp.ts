/** Sends a request to a responder; rejects where no answer came. */
export type FetchOcsp = (url: string, request: Buffer) => Promise<Buffer>;

const timeoutMs = 10_000;
const maxBytes = 65_536;

/** By HTTP POST (RFC 6960 A.1). */
export const fetchOcsp: FetchOcsp = async (url, request) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/ocsp-request", accept: "application/ocsp-response" },
    body: request,
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`the responder answered with the status ${response.status}`);
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body) {
    length += part.length;
    if (length > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
};
