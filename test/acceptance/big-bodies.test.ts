import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { startLab } from "../../src/lab/start-lab.ts";
import { portOf } from "../support/port-of.ts";
import { runRouter, type RunningRouter } from "../support/running-router.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;
const bytes = 100_000_000;
/** Were a body stored, all its 100 MB would be there; the rest is buffers that wait for the collector. */
const mayGrowBy = 70_000_000;

/** A router process in front of the member on this port. */
async function routerTo(t: TestContext, port: number): Promise<RunningRouter> {
  return runRouter(t, {
    listen: [{ address: "127.0.0.1", port: 0 }],
    servers: { cas1: `http://127.0.0.1:${port}` },
    farms: { all: { servers: ["cas1"], health: "off", connectionAuth: "pin" } },
    routes: [{ farm: "all" }],
  });
}

/** The most memory that the router has ever had; null = this system does not tell. */
async function peakBytes({ program }: RunningRouter): Promise<number | null> {
  const status = await readFile(`/proc/${program.process.pid}/status`, "utf8").catch(() => "");
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

async function upload(port: number, length: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port,
      path: "/lab/upload",
      method: "POST",
      headers: { "content-length": length },
    };
    const outgoing = request(options, (response) => {
      let text = "";
      response.on("data", (piece: Buffer) => (text += piece.toString())).on("end", () => resolve(text));
    });
    outgoing.on("error", reject);
    const piece = Buffer.alloc(64 * 1024, "x");
    const send = (left: number): void => {
      if (left === 0) outgoing.end();
      else outgoing.write(piece.subarray(0, left), () => send(left - Math.min(left, piece.length)));
    };
    send(length);
  });
}

async function download(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path }, (response) => {
      let length = 0;
      response.on("data", (piece: Buffer) => (length += piece.length));
      response.on("end", () => resolve(length)).on("error", reject);
    })
      .on("error", reject)
      .end();
  });
}

test("100 MB pass up and down while the router's memory stays flat", { timeout }, async (t) => {
  const lab = await startLab({ servers: [{ name: "cas1", tls: false }] });
  t.after(() => lab.close());
  const router = await routerTo(t, lab.server("cas1").port);
  const { port } = router;
  // What every router needs for bodies at all: code, and buffers that are used again.
  await upload(port, 5_000_000);
  await download(port, "/lab/bytes/5000000");
  const before = await peakBytes(router);
  assert.match(await upload(port, bytes), new RegExp(`"bytes":${bytes}`));
  for (const framing of ["", "?framing=chunked"])
    assert.equal(await download(port, `/lab/bytes/${bytes}${framing}`), bytes);
  const after = await peakBytes(router);
  if (before === null || after === null)
    t.diagnostic("memory is not known on this system: only the bytes were counted");
  else t.diagnostic(`peak memory ${Math.round(before / 1e6)} MB before, ${Math.round(after / 1e6)} MB after`);
  await assertFlat(router, before);
});

/** Resolves once `progress` has stopped: it gave the same for a while. */
async function stalled(progress: () => number): Promise<void> {
  let last = -1;
  let same = 0;
  await until(() => {
    same = progress() === last ? same + 1 : 0;
    last = progress();
    return same >= 20;
  });
}

async function assertFlat(router: RunningRouter, before: number | null): Promise<void> {
  const after = await peakBytes(router);
  if (before !== null && after !== null) assert.ok(after - before < mayGrowBy, `grew by ${after - before} bytes`);
}

test("a client that does not read holds the member back, not the router's memory", { timeout }, async (t) => {
  let written = 0;
  const member = await startMember(t, (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes}\r\n\r\n`);
    void writeAll(socket, (count) => (written += count));
  });
  const router = await routerTo(t, member);
  const before = await peakBytes(router);
  const client = connect(router.port, "127.0.0.1");
  t.after(() => client.destroy());
  client.pause().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await stalled(() => written);
  await assertFlat(router, before);
  let read = 0;
  client.on("data", (piece: Buffer) => (read += piece.length)).resume();
  await until(() => read > bytes);
  assert.equal(written, bytes);
  await assertFlat(router, before);
});

test("a member that does not read holds the client back, not the router's memory", { timeout }, async (t) => {
  let atMember: Socket | null = null;
  let read = 0;
  const member = await startMember(t, (socket, first) => {
    atMember = socket.pause();
    read = first.length;
  });
  const router = await routerTo(t, member);
  const before = await peakBytes(router);
  const client = connect(router.port, "127.0.0.1");
  t.after(() => client.destroy());
  client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n`);
  let written = 0;
  void writeAll(client, (count) => (written += count));
  const paused = await until(() => atMember);
  await stalled(() => written);
  await assertFlat(router, before);
  paused.on("data", (piece: Buffer) => (read += piece.length)).resume();
  await until(() => read > bytes);
  await assertFlat(router, before);
});

/** `serve` gets a connection and its request's first bytes. */
async function startMember(t: TestContext, serve: (socket: Socket, first: Buffer) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined).once("data", (first: Buffer) => serve(socket, first));
    t.after(() => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return portOf(server);
}

/** As fast as it is taken. */
async function writeAll(socket: Socket, count: (bytes: number) => void): Promise<void> {
  const piece = Buffer.alloc(64 * 1024, "x");
  for (let left = bytes; left > 0 && !socket.destroyed; left -= piece.length) {
    const part = piece.subarray(0, left);
    await new Promise<unknown>((resolve) => socket.write(part, resolve));
    count(part.length);
  }
}
