import type { Socket } from "node:net";

/** Below this a body's bytes are copied behind the head and both go out in one write. */
const smallBody = 16 * 1024;

/** Writes a head and the bytes that follow it; false = the socket is full. */
export function writeMessage(socket: Socket, text: string, body: readonly Buffer[], bodyBytes: number): boolean {
  const first = body[0];
  if (first === undefined) return socket.write(text, "latin1");
  if (body.length === 1 && bodyBytes <= smallBody) return socket.write(text + first.toString("latin1"), "latin1");
  socket.cork();
  let flowing = socket.write(text, "latin1");
  for (const bytes of body) flowing = socket.write(bytes);
  socket.uncork();
  return flowing;
}
