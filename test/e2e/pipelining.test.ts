import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RawConnection } from "../support/raw-member.ts";
import { quiet } from "../support/quiet.ts";
import { startSite } from "../support/site.ts";

const head = "Host: mail.example.test\r\n";

/** Answers each request without a body with its path. */
function echoPath(connection: RawConnection): void {
  connection.socket.on("data", () => {
    const parts = connection.text.split("\r\n\r\n");
    connection.clear();
    connection.received = Buffer.from(parts.pop() ?? "", "latin1");
    for (const part of parts) {
      const path = part.split(" ")[1] ?? "";
      connection.write(`HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: ${path.length}\r\n\r\n${path}`);
    }
  });
}

function pathsIn(text: string): string[] {
  return [...text.matchAll(/\r\n\r\n(\/\d+)/g)].map((match) => match[1] ?? "");
}

describe("pipelined requests", () => {
  it("a body that looks like a response is never taken for the next request's response", async (t) => {
    const site = await startSite(t);
    const client = site.client();
    client.write(`GET /1 HTTP/1.1\r\n${head}\r\nGET /2 HTTP/1.1\r\n${head}\r\n`);
    const connection = await site.member.connection();
    await connection.untilText("/1");
    const inner = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 5\r\n\r\nforge";
    connection.clear();
    connection.write(`HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`);
    await connection.untilText("GET /2 HTTP/1.1");
    connection.write("HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 4\r\n\r\ntrue");
    const text = await client.untilText("true");
    assert.equal(
      text,
      `HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: ${inner.length}\r\n\r\n${inner}HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 4\r\n\r\ntrue`,
    );
    assert.equal(site.numbers().failed, 0);
  });

  it("a thousand in one write are answered in their order", async (t) => {
    const site = await startSite(t, { members: [echoPath] });
    const client = site.client();
    const paths = Array.from({ length: 1000 }, (_, index) => `/${index}`);
    client.write(paths.map((path) => `GET ${path} HTTP/1.1\r\n${head}\r\n`).join(""));
    const text = await client.untilText(/\r\n\r\n\/999$/);
    assert.deepEqual(pathsIn(text), paths);
    assert.equal(site.numbers().total, 1000);
    assert.equal(site.numbers().current, 0);
  });

  it("requests that are refused at once and forwarded ones keep their order", async (t) => {
    const site = await startSite(t, { members: [echoPath] });
    const client = site.client();
    client.write(
      `GET /1 HTTP/1.1\r\n${head}\r\nGET /%0 HTTP/1.1\r\n${head}\r\nGET /%00 HTTP/1.1\r\n${head}\r\nGET /4 HTTP/1.1\r\n${head}\r\n`,
    );
    const text = await client.untilText("\r\n\r\n/4");
    assert.deepEqual(
      [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]),
      ["200", "400", "400", "200"],
    );
  });

  it("what comes behind a body is the next request, wherever the bytes are cut", async (t) => {
    const site = await startSite(t);
    const body = `POST /1 HTTP/1.1\r\n${head}Content-Length: 5\r\n\r\nhello`;
    const next = `GET /2 HTTP/1.1\r\n${head}\r\n`;
    const client = site.client();
    client.write(body.slice(0, -2));
    const connection = await site.member.connection();
    await connection.untilText("hel");
    client.write(`lo${next}`);
    await connection.untilText("hello");
    connection.clear();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    await connection.untilText("GET /2 HTTP/1.1");
    connection.write("HTTP/1.1 201 OK\r\nContent-Length: 0\r\n\r\n");
    await client.untilText("HTTP/1.1 201");
  });

  it("what comes behind a body that outlived its response is the next request", async (t) => {
    const site = await startSite(t, { farm: { connectionAuth: "pin" } });
    const client = site.client();
    client.write(`POST /1 HTTP/1.1\r\n${head}Content-Length: 5\r\n\r\nhel`);
    const connection = await site.member.connection();
    await connection.untilText("hel");
    connection.write("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
    await client.untilText("\r\n\r\nno");
    client.write(`loGET /2 HTTP/1.1\r\n${head}\r\n`);
    await connection.untilText("hello");
    await connection.untilText("GET /2 HTTP/1.1");
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    await client.untilText("HTTP/1.1 200 OK");
    assert.equal(site.member.connections.length, 1);
  });

  it("a client that half-closes behind its last request gets all of its answers, then the end", async (t) => {
    const site = await startSite(t, { members: [echoPath] });
    const client = site.client();
    client.socket.end(
      `GET /1 HTTP/1.1\r\n${head}\r\nGET /2 HTTP/1.1\r\n${head}\r\nGET /%00 HTTP/1.1\r\n${head}\r\nGET /3 HTTP/1.1\r\n${head}\r\n`,
    );
    const text = await client.untilEnd();
    assert.deepEqual(pathsIn(text), ["/1", "/2", "/3"]);
    assert.equal(site.member.connections.length, 1);
  });

  it("a half-close is not passed on to the member while requests are left that came before it", async (t) => {
    const site = await startSite(t);
    const client = site.client().write(`GET /1 HTTP/1.1\r\n${head}\r\nGET /2 HTTP/1.1\r\n${head}\r\n`);
    const connection = await site.member.connection();
    await connection.untilText("GET /1");
    client.socket.end();
    await quiet();
    assert.equal(connection.ended, false);
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    await connection.untilText("GET /2");
    await connection.until(({ ended }) => ended);
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert.equal((await client.untilEnd()).split("200 OK").length, 3);
  });

  it("a client that half-closes in the middle of a request gets the answers to those before, then the end", async (t) => {
    const site = await startSite(t, { members: [echoPath] });
    const client = site.client();
    client.socket.end(`GET /1 HTTP/1.1\r\n${head}\r\nGET /2 HTTP/1.1\r\n${head}\r\nGET /3 HTT`);
    assert.deepEqual(pathsIn(await client.untilEnd()), ["/1", "/2"]);
  });

  it("a client that half-closes while it waits gets its answer, then the end", async (t) => {
    const site = await startSite(t);
    const client = site.client();
    client.socket.end(`GET /1 HTTP/1.1\r\n${head}\r\n`);
    const connection = await site.member.connection();
    await connection.until(({ ended }) => ended);
    connection.socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    const text = await client.untilEnd();
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n\r\nok$/);
  });

  it("a request split at any byte is the same request", async (t) => {
    const site = await startSite(t, { members: [echoPath] });
    const request = `GET /1 HTTP/1.1\r\n${head}X-A: b\r\n\r\n`;
    const clients = Array.from({ length: request.length - 1 }, (_, index) => {
      const client = site.client();
      client.write(request.slice(0, index + 1));
      client.socket.once("ready", () => setImmediate(() => client.write(request.slice(index + 1))));
      return client;
    });
    const texts = await Promise.all(clients.map(async (client) => client.untilText("\r\n\r\n/1")));
    for (const text of texts) assert.deepEqual(pathsIn(text), ["/1"]);
  });

  it("an empty line in front of a request is forgiven, wherever the bytes are cut", async (t) => {
    const site = await startSite(t, { members: [echoPath] });
    const request = `\r\nGET /1 HTTP/1.1\r\n${head}\r\n`;
    for (const cut of [0, 1, 2, 3]) {
      const client = site.client();
      client.write(request.slice(0, cut));
      await quiet();
      client.write(request.slice(cut));
      await client.untilText("\r\n\r\n/1");
    }
  });

  it("a response split at any byte is the same response", async (t) => {
    const response =
      "HTTP/1.1 200 OK\r\nDate: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX-T: 1\r\n\r\n";
    let cut = 0;
    const site = await startSite(t, {
      members: [
        (connection) => {
          connection.socket.on("data", () => {
            cut++;
            const at = cut;
            connection.write(response.slice(0, at));
            setImmediate(() => connection.write(response.slice(at)));
          });
        },
      ],
    });
    const client = site.client();
    for (let index = 1; index < response.length; index++) {
      client.received = Buffer.alloc(0);
      client.write(`GET /1 HTTP/1.1\r\n${head}\r\n`);
      await client.until(({ received }) => received.length >= response.length);
      assert.equal(client.text, response);
    }
    assert.equal(site.member.connections.length, 1);
  });

  it("a response byte by byte is the same response", async (t) => {
    const response =
      "HTTP/1.1 200 OK\r\nDate: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX-T: 1\r\n\r\n";
    const site = await startSite(t);
    const client = site.client();
    client.write(`GET /1 HTTP/1.1\r\n${head}\r\n`);
    const connection = await site.member.connection();
    for (const byte of response) {
      connection.write(byte);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await client.until(({ received }) => received.length >= response.length);
    assert.equal(client.text, response);
  });

  it("a client that sends requests and never reads stops being read", async (t) => {
    const big = "x".repeat(60_000);
    const site = await startSite(t, {
      members: [
        (connection) => {
          connection.socket.on("data", () => {
            const requests = connection.text.split("\r\n\r\n").length - 1;
            connection.clear();
            for (let index = 0; index < requests; index++) {
              connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${big.length}\r\n\r\n${big}`);
            }
          });
        },
      ],
    });
    const client = site.client();
    client.socket.pause();
    const request = `GET /${"a".repeat(900)} HTTP/1.1\r\n${head}\r\n`;
    // 20 MB of requests, for which 1.2 GB of answers would be due.
    let written = 0;
    const stuck = new Promise<void>((resolve) => {
      const more = (): void => {
        while (written < 20_000) {
          written++;
          if (!client.socket.write(request)) {
            const timer = setTimeout(resolve, 300);
            client.socket.once("drain", () => {
              clearTimeout(timer);
              more();
            });
            return;
          }
        }
        resolve();
      };
      more();
    });
    await stuck;
    assert.ok(written < 20_000, `all ${written} requests were taken`);
    assert.ok(site.numbers().total < 1000, `${site.numbers().total} requests went to the member`);
  });
});
