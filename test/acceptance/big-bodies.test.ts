import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { test, type TestContext } from "node:test";
import { startLab } from "../../src/lab/start-lab.ts";
import { runRouter, type RunningRouter } from "../support/running-router.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;
const bytes = 100_000_000;
/** Were a body stored, all its 100 MB would be there; the rest is buffers that wait for the collector. */
const mayGrowBy = 70_000_000;

async function start(t: TestContext): Promise<RunningRouter> {
  const lab = await startLab({ servers: [{ name: "cas1", tls: false }] });
  t.after(() => lab.close());
  return runRouter(t, {
    listen: [{ address: "127.0.0.1", port: 0 }],
    servers: { cas1: lab.status().servers[0]!.url },
    farms: { lab: { servers: ["cas1"], health: "off", connectionAuth: "pin" } },
    routes: [{ farm: "lab" }],
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
  const router = await start(t);
  const { port } = router;
  // What every router needs for bodies at all: code, and buffers that are used again.
  await upload(port, 5_000_000);
  await download(port, "/lab/bytes/5000000");
  const before = await peakBytes(router);
  assert.match(await upload(port, bytes), new RegExp(`"bytes":${bytes}`));
  for (const framing of ["", "?framing=chunked"])
    assert.equal(await download(port, `/lab/bytes/${bytes}${framing}`), bytes);
  const after = await peakBytes(router);
  if (before === null || after === null) {
    t.diagnostic("this system does not tell how much memory a process has: only the bytes were counted");
    return;
  }
  t.diagnostic(`peak memory ${Math.round(before / 1e6)} MB before, ${Math.round(after / 1e6)} MB after`);
  assert.ok(after - before < mayGrowBy, `grew by ${after - before} bytes`);
});

test("a client that does not read holds the member back, not the router's memory", { timeout }, async (t) => {
  const router = await start(t);
  await download(router.port, "/lab/bytes/5000000");
  const before = await peakBytes(router);
  const taken = await new Promise<number>((resolve, reject) => {
    request({ host: "127.0.0.1", port: router.port, path: `/lab/bytes/${bytes}` }, (response) => {
      let length = 0;
      response.pause();
      response.on("data", (piece: Buffer) => (length += piece.length));
      response.on("end", () => resolve(length)).on("error", reject);
      // It reads on once the router has been seen answering others for a while, with all that time to swallow the body.
      void settled(router).then(() => response.resume());
    })
      .on("error", reject)
      .end();
  });
  assert.equal(taken, bytes);
  const after = await peakBytes(router);
  if (before !== null && after !== null) assert.ok(after - before < mayGrowBy, `grew by ${after - before} bytes`);
});

async function settled({ port }: RunningRouter): Promise<void> {
  let answered = 0;
  await until(async () => {
    await download(port, "/lab/bytes/1000");
    answered += 1;
    return answered >= 20;
  });
}
