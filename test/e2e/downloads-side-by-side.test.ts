import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { test } from "node:test";
import { setImmediate as immediate } from "node:timers/promises";
import { createLabCertificates } from "../../src/lab/certificates.ts";
import { systemClock } from "../../src/util/clock.ts";
import { aFarm } from "../support/configs.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { RawMember, type RawConnection } from "../support/raw-member.ts";
import { startRouter } from "../support/start-router.ts";

const pieceBytes = 6_000;
const pieces = 2_500;
const bodyBytes = pieceBytes * pieces;
const clients = 4;

/** Answers "GET /N" with a body that begins with a large piece and goes on with small ones. */
function serve(connection: RawConnection): void {
  connection.socket.on("data", () => {
    const path = /GET \/(\d+) /.exec(connection.text)?.[1];
    connection.clear();
    void answer(connection.socket, Number(path));
  });
}

/** Each piece has another byte, so that bytes in the wrong place are seen too. */
function expectedByte(fill: number, position: number): number {
  return (fill * 60 + Math.floor(position / pieceBytes)) % 251;
}

async function answer(socket: Socket, fill: number): Promise<void> {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bodyBytes}\r\n\r\n`);
  for (let sent = 0; sent < pieces && !socket.destroyed; sent++) {
    // The first twenty come in one read, which is what a large body looks like; the others one by one.
    if (sent > 20) await immediate();
    if (!socket.write(Buffer.alloc(pieceBytes, expectedByte(fill, sent * pieceBytes))))
      await new Promise((resolve) => socket.once("drain", resolve));
  }
}

/** Reads the first bytes, then nothing until the way from the member is full, then little by little; counts foreign bytes. */
async function download(socket: Socket, fill: number): Promise<number> {
  let foreign = 0;
  let body = -1;
  socket.write(`GET /${fill} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await new Promise<void>((resolve, reject) => {
    socket.on("data", (bytes: Buffer) => {
      const from = body === -1 ? bytes.indexOf("\r\n\r\n") + 4 : 0;
      const start = Math.max(body, 0) - from;
      for (let at = from; at < bytes.length; at++) if (bytes[at] !== expectedByte(fill, start + at)) foreign++;
      const wait = body === -1 ? 1500 : 1;
      body = Math.max(body, 0) + bytes.length - from;
      if (body === bodyBytes) resolve();
      socket.pause();
      setTimeout(() => socket.resume(), wait);
    });
    socket.once("close", () => reject(new Error(`closed after ${body} bytes`)));
  });
  socket.destroy();
  return foreign;
}

for (const secure of [false, true]) {
  test(
    `downloads side by side never get each other's bytes, nor their own twice, ${secure ? "TLS" : "plain"}`,
    { timeout: 60_000 },
    async (t) => {
      const members = await Promise.all(["m1", "m2"].map(async (name) => RawMember.start(name, serve)));
      const [first, second] = members.map(({ config }) => config);
      assert.ok(first !== undefined && second !== undefined);
      const { listener } = await createLabCertificates({ servers: [] }, systemClock);
      const certificate = aCertificate(listener);
      const router = await startRouter([aFarm({ health: null, members: [first, second] })], {
        listener: { tls: secure ? aListenerTls([certificate]) : null },
      });
      t.after(async () => {
        for (const member of members) member.close();
        await router.close(0);
      });
      const target = { host: "127.0.0.1", port: router.port };
      const results = await Promise.all(
        Array.from({ length: clients }, (_, index) => {
          const socket = secure ? connectTls({ ...target, rejectUnauthorized: false }) : connect(target);
          return download(socket, index + 1);
        }),
      );
      assert.deepEqual(
        results,
        results.map(() => 0),
      );
    },
  );
}
