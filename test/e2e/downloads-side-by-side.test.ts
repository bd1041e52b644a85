import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { test } from "node:test";
import { createLabCertificates } from "../../src/lab/certificates.ts";
import { systemClock } from "../../src/util/clock.ts";
import { aFarm } from "../support/configs.ts";
import { RawMember, type RawConnection } from "../support/raw-member.ts";
import { startRouter } from "../support/start-router.ts";

const bodyBytes = 3 * 1024 * 1024;
const clients = 12;

/** Answers "GET /N" with a body that consists of the byte N, in uneven pieces. */
function serve(connection: RawConnection): void {
  connection.socket.on("data", () => {
    for (const [, path = ""] of connection.text.matchAll(/GET \/(\d+) /g)) void answer(connection.socket, Number(path));
    connection.clear();
  });
}

async function answer(socket: Socket, fill: number): Promise<void> {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bodyBytes}\r\n\r\n`);
  for (let left = bodyBytes, size = 1000; left > 0 && !socket.destroyed; size = (size * 7) % 90_001) {
    const piece = Buffer.alloc(Math.min(size + 1, left), fill);
    left -= piece.length;
    if (!socket.write(piece)) await new Promise((resolve) => socket.once("drain", resolve));
  }
}

/** Reads two answers on one connection, now fast, now not at all for a while, and counts foreign bytes. */
async function download(socket: Socket, fills: readonly [number, number], pauseEvery: number): Promise<number> {
  let foreign = 0;
  for (const fill of fills) {
    let headLeft = true;
    let body = 0;
    let reads = 0;
    socket.write(`GET /${fill} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await new Promise<void>((resolve, reject) => {
      const onData = (bytes: Buffer): void => {
        const from = headLeft ? bytes.indexOf("\r\n\r\n") + 4 : 0;
        headLeft = false;
        for (let at = from; at < bytes.length; at++) if (bytes[at] !== fill) foreign++;
        body += bytes.length - from;
        if (++reads % pauseEvery === 0) {
          socket.pause();
          setTimeout(() => socket.resume(), 5);
        }
        if (body < bodyBytes) return;
        socket.off("data", onData);
        resolve();
      };
      socket.on("data", onData).once("close", () => reject(new Error(`closed after ${body} bytes`)));
    });
  }
  socket.destroy();
  return foreign;
}

for (const secure of [false, true]) {
  test(
    `downloads side by side never get each other's bytes, ${secure ? "TLS" : "plain"}`,
    { timeout: 60_000 },
    async (t) => {
      const members = await Promise.all(["m1", "m2"].map(async (name) => RawMember.start(name, serve)));
      const [first, second] = members.map(({ config }) => config);
      assert.ok(first !== undefined && second !== undefined);
      const { listener } = await createLabCertificates({ servers: [] }, systemClock);
      const certificate = { file: "x", names: [], pem: listener, pfx: null };
      const router = await startRouter([aFarm({ health: null, members: [first, second] })], {
        listener: { tls: secure ? { certificates: [certificate], minVersion: "TLSv1.2" } : null },
      });
      t.after(async () => {
        for (const member of members) member.close();
        await router.close(0);
      });
      const target = { host: "127.0.0.1", port: router.port };
      const results = await Promise.all(
        Array.from({ length: clients }, (_, index) => {
          const socket = secure ? connectTls({ ...target, rejectUnauthorized: false }) : connect(target);
          return download(socket, [index + 1, index + 101], (index % 5) + 1);
        }),
      );
      assert.deepEqual(
        results,
        results.map(() => 0),
      );
    },
  );
}
