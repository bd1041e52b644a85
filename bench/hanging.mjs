import { readdirSync, readFileSync } from "node:fs";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { setTimeout as pause } from "node:timers/promises";
import { memoryKib } from "./processes.mjs";

const warmUp = 200;
const settleMs = 3000;

/**
 * KiB of memory for each request that waits for its answer: what `count` of them add to a proxy that already has some, so
 * that its own start is not counted. The buffers of the kernel are not part of it.
 */
export async function hangingKib(proxy, place, count) {
  const sockets = [];
  try {
    await hang(sockets, place, warmUp);
    await pause(settleMs);
    const before = memoryKib(proxy);
    await hang(sockets, place, count);
    await pause(settleMs);
    const after = memoryKib(proxy);
    const lost = sockets.filter(({ destroyed, bytesRead }) => destroyed || bytesRead > 0).length;
    return { kib: (after - before) / count, errors: lost + Math.max(2 * sockets.length - openSockets(proxy), 0) };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function hang(sockets, { port, tls, certificate, name }, count) {
  const ca = tls ? readFileSync(certificate) : undefined;
  for (let index = 0; index < count; index++) {
    const socket = tls
      ? connectTls({ port, host: "127.0.0.1", ca, servername: name })
      : connectTcp({ port, host: "127.0.0.1" });
    await once(socket, tls ? "secureConnect" : "connect");
    socket.on("error", () => undefined).resume();
    socket.write(`GET /hang HTTP/1.1\r\nHost: ${name}\r\n\r\n`);
    sockets.push(socket);
  }
}

/** Both ends of each request must be open: the client's and the member's. */
function openSockets({ pid }) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return [pid, ...children].reduce((sum, each) => sum + readdirSync(`/proc/${each}/fd`).length, 0);
}
