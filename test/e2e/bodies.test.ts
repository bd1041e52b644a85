import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { always } from "../support/raw-member.ts";
import { quiet } from "../support/quiet.ts";
import { startSite } from "../support/site.ts";

const post = "POST / HTTP/1.1\r\nHost: a\r\n";
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";

describe("bodies", () => {
  it("go both ways at once, each byte as it comes", async (t) => {
    const site = await startSite(t, { farm: { connectionAuth: "pin" } });
    const client = site.client().write(`${post}Content-Length: 4\r\n\r\n`);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.clear();
    connection.write("HTTP/1.1 200 Success\r\nDate: x\r\nContent-Length: 4\r\n\r\n");
    await client.untilText("\r\n\r\n");
    client.received = Buffer.alloc(0);
    for (const byte of ["1", "2", "3", "4"]) {
      client.write(byte);
      await connection.untilText(byte);
      connection.write(byte);
      await client.untilText(byte);
    }
    assert.equal(connection.text, "1234");
    assert.equal(client.text, "1234");
    client.write(get);
    await connection.untilText("GET / HTTP/1.1");
    assert.equal(site.numbers().current, 1);
  });

  it("in chunks go both ways at once, each chunk as it comes, with their extensions and trailers", async (t) => {
    const site = await startSite(t, { farm: { connectionAuth: "pin" } });
    const client = site.client().write(`${post}Transfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n`);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.clear();
    connection.write("HTTP/1.1 200 OK\r\nDate: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    await client.untilText("\r\n\r\n");
    client.received = Buffer.alloc(0);
    const parts = ['3;a=b;c="d e"\r\nabc\r\n', "00A\r\n0123456789\r\n", "0;last\r\nX-T: 1\r\nx-u:\t2\r\n\r\n"];
    for (const part of parts) {
      client.write(part);
      await connection.untilText(part);
      connection.write(part);
      await client.untilText(part);
    }
    assert.equal(connection.text, parts.join(""));
    assert.equal(client.text, parts.join(""));
    client.received = Buffer.alloc(0);
    client.write(get);
    await connection.untilText("GET / HTTP/1.1");
    connection.write(ok);
    assert.equal(await client.untilText("\r\n\r\nok"), ok);
  });

  it("that go on until the member closes are marked so and end the client's connection", async (t) => {
    const site = await startSite(t);
    const client = site.client().write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.0 200 OK\r\nDate: x\r\n\r\nab");
    assert.equal(await client.untilText("ab"), "HTTP/1.1 200 OK\r\nDate: x\r\nConnection: close\r\n\r\nab");
    connection.socket.end("cd");
    assert.match(await client.untilEnd(), /\r\n\r\nabcd$/);
    assert.equal(site.numbers().failed, 0);
    assert.equal(site.numbers().current, 0);
  });

  it("of events reach the client before the member writes the next one", async (t) => {
    const site = await startSite(t);
    const client = site.client().write(get);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    for (const event of ["data: 1\n\n", "data: 2\n\n"]) {
      connection.write(event);
      await client.untilText(event);
    }
  });

  it("may be announced with a length of 2^53-1", async (t) => {
    const site = await startSite(t);
    const client = site.client().write(`${post}Content-Length: 9007199254740991\r\n\r\nabc`);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\nabc");
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9007199254740991\r\n\r\nabc");
    await client.untilText("\r\n\r\nabc");
    client.write("def");
    await connection.untilText("abcdef");
  });

  it("are absent where the status or the method says so, whatever the length says", async (t) => {
    const responses: readonly [method: string, response: string, passed: string][] = [
      [
        "HEAD",
        "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 5\r\n\r\n",
      ],
      [
        "HEAD",
        "HTTP/1.1 200 OK\r\nDate: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nDate: x\r\nTransfer-Encoding: chunked\r\n\r\n",
      ],
      ["HEAD", "HTTP/1.1 200 OK\r\nDate: x\r\n\r\n", "HTTP/1.1 200 OK\r\nDate: x\r\n\r\n"],
      ["GET", "HTTP/1.1 204 No\r\nDate: x\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 204 No\r\nDate: x\r\n\r\n"],
      [
        "GET",
        "HTTP/1.1 304 No\r\nDate: x\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 304 No\r\nDate: x\r\nContent-Length: 5\r\n\r\n",
      ],
    ];
    const site = await startSite(t);
    const client = site.client();
    for (const [method, response, passed] of responses) {
      client.received = Buffer.alloc(0);
      client.write(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
      const connection = await site.member.connection();
      await connection.untilText("\r\n\r\n");
      connection.clear();
      connection.write(response);
      assert.equal(await client.untilText("\r\n\r\n"), passed);
    }
    assert.equal(site.member.connections.length, 1);
  });

  it("of a response to HEAD that a member sends all the same never reach anybody", async (t) => {
    const site = await startSite(t);
    const client = site.client().write("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 5\r\n\r\nlying");
    await connection.untilGone();
    assert.equal(client.text, "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 5\r\n\r\n");
    client.write(get);
    await (await site.member.connection(1)).untilText("GET");
  });
});

describe("an early response", () => {
  it("is passed on while the request uploads, the rest of which still goes to the member, then the next request works", async (t) => {
    const site = await startSite(t, { farm: { connectionAuth: "pin" } });
    const client = site.client().write(`${post}Content-Length: 10\r\n\r\n01234`);
    const connection = await site.member.connection();
    await connection.untilText("01234");
    connection.write(ok);
    assert.equal(await client.untilText("ok"), ok);
    client.write("567");
    await connection.untilText("01234567");
    client.write("89");
    await connection.untilText("0123456789");
    client.write(get);
    await connection.untilText("GET / HTTP/1.1");
    assert.equal(site.member.connections.length, 1);
  });

  it("leaves the connection to no other client: a member that has not read the rest would take it for a request", async (t) => {
    for (const response of ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", ok]) {
      const site = await startSite(t);
      const client = site.client().write(`${post}Content-Length: 10\r\n\r\n01234`);
      const connection = await site.member.connection();
      await connection.untilText("01234");
      connection.write(response);
      await client.untilText("\r\n\r\n");
      client.write("56789");
      await connection.untilText("0123456789");
      if (response !== ok) connection.write("ok");
      await client.untilText("ok");
      await connection.untilGone();
      client.write(get);
      await (await site.member.connection(1)).untilText("GET / HTTP/1.1");
    }
  });

  it("with Connection: close ends the upload, and the client can read it to its end", async (t) => {
    const site = await startSite(t);
    const client = site.client().write(`${post}Content-Length: 10000000\r\n\r\n01234`);
    const connection = await site.member.connection();
    await connection.untilText("01234");
    connection.write("HTTP/1.1 413 No\r\nDate: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    await client.untilText("ok");
    client.write(Buffer.alloc(100_000));
    await client.untilEnd();
    assert.equal(client.text, "HTTP/1.1 413 No\r\nDate: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    await connection.untilGone();
    assert.equal(site.numbers().failed, 0);
    assert.equal(site.numbers().current, 0);
  });

  it("after which the member closes while the request uploads ends the client's connection cleanly", async (t) => {
    const site = await startSite(t);
    const client = site.client().write(`${post}Content-Length: 10\r\n\r\n01234`);
    const connection = await site.member.connection();
    await connection.untilText("01234");
    connection.socket.end(ok);
    assert.equal(await client.untilEnd(), ok);
    assert.equal(client.ended, true);
    assert.equal(site.numbers().failed, 0);
  });

  it("after which the client half-closes in the middle of its request is not taken back by a reset", async (t) => {
    const site = await startSite(t);
    const client = site.client();
    client.socket.pause();
    client.write(`${post}Content-Length: 10\r\n\r\n01234`);
    const connection = await site.member.connection();
    await connection.untilText("01234");
    connection.write(ok);
    await quiet();
    client.socket.end();
    await connection.untilGone();
    client.socket.resume();
    assert.equal(await client.untilEnd(), ok);
    assert.equal(client.ended, true);
  });
});

describe("100 Continue", () => {
  const expecting = `${post}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n`;

  it("is relayed from the member, never invented", async (t) => {
    const site = await startSite(t);
    const client = site.client().write(expecting);
    const connection = await site.member.connection();
    assert.match(await connection.untilText("\r\n\r\n"), /\r\nExpect: 100-continue\r\n/);
    await quiet();
    assert.equal(client.text, "");
    connection.write("HTTP/1.1 100 Continue\r\n\r\n");
    assert.equal(await client.untilText("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.write("abc");
    await connection.untilText("\r\n\r\nabc");
    connection.write(ok);
    assert.equal(await client.untilText("ok"), `HTTP/1.1 100 Continue\r\n\r\n${ok}`);
  });

  it("does not come where the member answers 401, and no body goes out", async (t) => {
    const site = await startSite(t);
    const client = site.client().write(expecting);
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.1 401 No\r\nDate: x\r\nContent-Length: 0\r\n\r\n");
    assert.equal(await client.untilText("\r\n\r\n"), "HTTP/1.1 401 No\r\nDate: x\r\nContent-Length: 0\r\n\r\n");
    client.close();
    await connection.untilGone();
    assert.match(connection.text, /\r\n\r\n$/);
    assert.equal(site.numbers().failed, 0);
  });

  it("and other interim responses are relayed, all of them", async (t) => {
    const interim =
      "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nLink: </b>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n";
    const site = await startSite(t, { members: [always(interim + ok)] });
    const client = site.client().write(get);
    assert.equal(await client.untilText("\r\n\r\nok"), interim + ok);
  });

  it("without end is not waited through", async (t) => {
    const site = await startSite(t, { members: [always("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000))] });
    const client = site.client().write(get);
    assert.match(await client.untilText("</html>"), /HTTP\/1\.1 502 /);
    assert.equal(site.numbers().failed, 1);
  });

  it("and then a failure is a 502, and nobody else is asked to do it again", async (t) => {
    const site = await startSite(t, { members: [null, null] });
    const client = site
      .client()
      .write("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    connection.write("HTTP/1.1 100 Continue\r\n\r\n");
    await client.untilText("100 Continue");
    client.write("abc");
    await connection.untilText("abc");
    connection.socket.destroy();
    assert.match(
      await client.untilText("</html>"),
      /100 Continue\r\n\r\nHTTP\/1\.1 502 [^]*X-Fairlead-Error: member-closed\r\n/,
    );
    client.received = Buffer.alloc(0);
    client.write(get);
    await (await site.members[1]!.connection()).untilText("GET");
    assert.deepEqual([site.numbers("m1").failed, site.numbers("m2").failed], [1, 0]);
  });
});
