import { once } from "node:events";
import { createServer } from "node:net";
import { portOf } from "./port-of.ts";

/** A port of 127.0.0.1 that was free a moment ago, for programs that can't say which one they were given. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return port;
}
