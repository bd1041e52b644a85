import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, it } from "node:test";
import { connect, type ConnectionOptions } from "node:tls";
import fc from "fast-check";
import { portOf } from "../../test/support/port-of.ts";
import { readClientHello, type ClientHello } from "./client-hello.ts";

/** What a client sends first. */
async function helloOf(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect({ host: "127.0.0.1", port: portOf(server), ...options }).on("error", () => undefined);
  const [socket]: Socket[] = await once(server, "connection");
  assert.ok(socket);
  const [bytes]: Buffer[] = await once(socket, "data");
  assert.ok(bytes);
  client.destroy();
  socket.destroy();
  server.close();
  return bytes;
}

function read(bytes: Buffer): ClientHello {
  const hello = readClientHello(bytes);
  assert.ok(hello !== null && hello !== "more");
  return hello;
}

/** The same message in records of at most `size` bytes. */
function inRecords(bytes: Buffer, size: number): Buffer {
  const message = bytes.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 0xff]), part);
  }
  return Buffer.concat(records);
}

describe("a client's first words", () => {
  it("tell the name that it asks for, the suites and the signatures it knows", async () => {
    const modern = read(await helloOf({ servername: "Mail.example.test", sigalgs: "rsa_pss_rsae_sha256" }));
    assert.equal(modern.name, "mail.example.test");
    assert.equal(modern.tls13, true);
    assert.deepEqual(modern.schemes, [0x0804]);
    const older = read(await helloOf({ maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" }));
    assert.equal(older.name, "");
    assert.equal(older.tls13, false);
    assert.ok(older.suites.includes(0xc02b));
  });

  it("may come in pieces and in many records", async () => {
    const bytes = await helloOf({ servername: "a.test" });
    for (let length = 0; length < bytes.length; length++)
      assert.equal(readClientHello(bytes.subarray(0, length)), "more");
    for (const size of [1, 3, 4, 100]) {
      const records = inRecords(bytes, size);
      assert.deepEqual(readClientHello(records), read(bytes));
      assert.equal(readClientHello(records.subarray(0, -1)), "more");
    }
  });

  it("are read though others follow", async () => {
    const bytes = await helloOf({ servername: "a.test" });
    assert.equal(read(Buffer.concat([bytes, Buffer.from("more")])).name, "a.test");
  });

  const wrong: readonly (readonly [string, Buffer])[] = [
    ["clear text", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["an SSL 2.0 hello", Buffer.from([0x80, 0x2e, 1, 3, 1])],
    ["another message", Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])],
    ["an empty record", Buffer.from([22, 3, 1, 0, 0])],
    [
      "an endless message",
      Buffer.concat(Array.from({ length: 5000 }, () => Buffer.from([22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff]))),
    ],
    ["an endless record", Buffer.from([22, 3, 1, 0xff, 0xff])],
    ["a message that ends early", Buffer.from([22, 3, 1, 0, 5, 1, 0, 0, 1, 3])],
  ];
  for (const [name, bytes] of wrong) it(`are none: ${name}`, () => assert.equal(readClientHello(bytes), null));

  it("are read without harm whatever they are", async () => {
    const real = await helloOf({ servername: "a.test" });
    const changes = fc.array(fc.tuple(fc.nat(real.length - 1), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), changes), (input) => {
        const bytes = Buffer.from(input instanceof Uint8Array ? input : real);
        if (Array.isArray(input)) for (const [at, value] of input) bytes[at] = value;
        readClientHello(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});
