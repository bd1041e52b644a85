import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { before, describe, it, type TestContext } from "node:test";
import { connect as connectTls } from "node:tls";
import type { CertificateConfig } from "../../src/config/config.ts";
import { createLabCertificates } from "../../src/lab/certificates.ts";
import { systemClock } from "../../src/util/clock.ts";
import { aMemberTls } from "../support/configs.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { memberCertificate } from "../support/member-certificate.ts";
import { quiet } from "../support/quiet.ts";
import { type RawConnection, RawMember } from "../support/raw-member.ts";
import { type Site, startSite } from "../support/site.ts";

const mega = 1_000_000;
/** No power of two: a buffer that is used too early shows up as bytes of another place. */
const pattern = Buffer.from(Array.from({ length: 99_991 }, (_, at) => (at * 7919 + (at >> 8)) & 0xff));

/** Writes `size` bytes of the pattern and no more at a time than the socket takes. */
async function writePattern(socket: Socket, size: number, frame?: (part: Buffer) => Buffer): Promise<void> {
  let at = 0;
  while (at < size && !socket.destroyed) {
    const part = pattern.subarray(at % pattern.length, Math.min(pattern.length, (at % pattern.length) + size - at));
    at += part.length;
    if (!socket.write(frame === undefined ? part : frame(part))) await once(socket, "drain");
  }
}

/** Reads heads up to their empty line, then checks each byte behind it against the pattern. */
class PatternReader {
  size = 0;
  wrongAt = -1;
  head = "";
  #socket: Socket;

  constructor(socket: Socket, inHead = true) {
    this.#socket = socket;
    let waiting = inHead;
    socket.on("data", (bytes: Buffer) => {
      let body = bytes;
      if (waiting) {
        this.head += bytes.toString("latin1");
        const end = this.head.indexOf("\r\n\r\n");
        if (end === -1) return;
        waiting = false;
        body = Buffer.from(this.head.slice(end + 4), "latin1");
      }
      this.#check(body);
    });
  }

  async until(size: number): Promise<void> {
    while (this.size < size && !this.#socket.destroyed) await once(this.#socket, "data");
    assert.equal(this.size, size);
    assert.equal(this.wrongAt, -1);
  }

  #check(body: Buffer): void {
    for (let from = 0; from < body.length;) {
      const start = this.size % pattern.length;
      const length = Math.min(pattern.length - start, body.length - from);
      const same = pattern.compare(body, from, from + length, start, start + length) === 0;
      if (!same && this.wrongAt === -1) this.wrongAt = this.size;
      this.size += length;
      from += length;
    }
  }
}

function usedMemory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Asks for the memory again and again until it is stopped; gives how much it grew at most. */
function watchMemory(): () => number {
  const start = usedMemory();
  let most = start;
  const timer = setInterval(() => (most = Math.max(most, usedMemory())), 5).unref();
  return () => {
    clearInterval(timer);
    return most - start;
  };
}

let certificate: CertificateConfig;
before(async () => {
  const { listener } = await createLabCertificates({ servers: [] }, systemClock);
  certificate = aCertificate(listener);
});

interface Ends {
  readonly site: Site;
  /** A new client connection and the member's connection of its first request. */
  readonly open: (head: string) => Promise<{ client: Socket; connection: RawConnection }>;
}

async function startEnds(t: TestContext, secure: boolean): Promise<Ends> {
  const { cert, key } = memberCertificate;
  const member = await RawMember.start("m1", ({ socket }) => socket.pause(), secure ? { cert, key } : null);
  t.after(() => member.close());
  const site = await startSite(t, {
    farm: { members: [member.config], tls: aMemberTls({ verify: false }) },
    listener: { tls: secure ? aListenerTls([certificate]) : null },
  });
  const open: Ends["open"] = async (head) => {
    const options = { port: site.router.port, host: "127.0.0.1" };
    const client = secure ? connectTls({ ...options, rejectUnauthorized: false }) : connectTcp(options);
    t.after(() => client.destroy());
    client.on("error", () => undefined);
    client.write(head);
    const connection = await member.connection(member.connections.length);
    connection.keep = 1;
    return { client, connection };
  };
  return { site, open };
}

for (const secure of [false, true]) {
  describe(`large bodies ${secure ? "with TLS on both sides" : "without TLS"}`, () => {
    const size = secure ? 30 * mega : 100 * mega;

    it(`${size / mega} MB up and as much down at once keep their bytes and need little memory`, async (t) => {
      const { open, site } = await startEnds(t, secure);
      const { client, connection } = await open(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
      const up = new PatternReader(connection.socket);
      const down = new PatternReader(client);
      connection.socket.resume();
      const grown = watchMemory();
      connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      await Promise.all([
        writePattern(client, size),
        writePattern(connection.socket, size),
        up.until(size),
        down.until(size),
      ]);
      const bytes = grown();
      assert.ok(bytes < 60 * mega, `${bytes} bytes more at the worst moment`);
      await site.untilIdle();
    });

    it("wait for a client that does not read, and lose nothing", async (t) => {
      const { open } = await startEnds(t, secure);
      const { client, connection } = await open("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      const down = new PatternReader(client);
      client.pause();
      const grown = watchMemory();
      connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      const written = writePattern(connection.socket, size);
      await untilStill(() => connection.socket.bytesWritten);
      assert.ok(connection.socket.bytesWritten < 28 * mega, `${connection.socket.bytesWritten} bytes were taken`);
      assert.ok(grown() < 20 * mega);
      client.resume();
      await Promise.all([written, down.until(size)]);
    });

    it("wait for a member that does not read, and lose nothing", async (t) => {
      const { open } = await startEnds(t, secure);
      const { client, connection } = await open(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
      const up = new PatternReader(connection.socket);
      connection.socket.pause();
      const grown = watchMemory();
      const written = writePattern(client, size);
      await untilStill(() => client.bytesWritten);
      assert.ok(client.bytesWritten < 28 * mega, `${client.bytesWritten} bytes were taken`);
      assert.ok(grown() < 20 * mega);
      connection.socket.resume();
      await Promise.all([written, up.until(size)]);
    });

    it("in chunks lose nothing where an HTTP/1.0 client reads slowly what is left of them", async (t) => {
      const { open } = await startEnds(t, secure);
      const { client, connection } = await open("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
      const down = new PatternReader(client);
      client.pause();
      connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      const part = 25 * mega;
      const written = writePattern(connection.socket, part, (bytes) =>
        Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]),
      );
      await untilStill(() => connection.socket.bytesWritten);
      client.resume();
      await written;
      connection.write("0\r\n\r\n");
      await down.until(part);
    });

    it("lose nothing on many connections at once, with pauses of either side", async (t) => {
      const { open } = await startEnds(t, secure);
      const each = 2 * mega;
      const exchanges: Promise<unknown>[] = [];
      for (let index = 0; index < 10; index++) {
        const { client, connection } = await open(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${each}\r\n\r\n`);
        const up = new PatternReader(connection.socket);
        const down = new PatternReader(client);
        connection.write("HTTP/1.1 200 OK\r\n\r\n");
        connection.socket.resume();
        pauseNowAndThen(index % 2 === 0 ? client : connection.socket);
        exchanges.push(
          writePattern(client, each),
          writePattern(connection.socket, each),
          up.until(each),
          down.until(each),
        );
      }
      await Promise.all(exchanges);
    });
  });
}

function pauseNowAndThen(socket: Socket): void {
  socket.pause();
  const timer = setInterval(() => {
    if (socket.destroyed) clearInterval(timer);
    else if (socket.isPaused()) socket.resume();
    else socket.pause();
  }, 3).unref();
}

/** Until a number has not changed for a while. */
async function untilStill(read: () => number): Promise<void> {
  for (let last = -1, still = 0; still < 5; last = read()) {
    await quiet();
    still = read() === last ? still + 1 : 0;
  }
}
