import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, afterEach, before, describe, it } from "node:test";
import type { Lab } from "./lab.ts";
import { startLab } from "./start-lab.ts";
import { openRaw, type RawClient, type RawResponse } from "./testing/raw-client.ts";

const oabBytes = 200_000;
const location = ({ head }: RawResponse): string => /^Location: (.*)\r$/m.exec(head)?.[1] ?? "";

describe("the protocols of a lab server", () => {
  let lab: Lab;
  let client: RawClient;
  before(async () => {
    const open = { tls: false, authentication: "none" } as const;
    lab = await startLab({
      servers: [
        { name: "cas1", ...open },
        { name: "cas2", tls: false },
        { name: "old1", ...open, personality: "2007" },
        { name: "mid1", ...open, personality: "2010" },
      ],
      users: [
        { name: "alice", password: "password" },
        { name: "dave", password: "password", mailboxUrl: "https://legacy.example/owa/" },
      ],
      oabBytes,
    });
  });
  after(() => lab.close());
  afterEach(() => client.close());
  const ask = async (server: string, requestLine: string, fields = "", body = ""): Promise<RawResponse> => {
    client = await openRaw(lab.server(server).port);
    const length = body === "" ? "" : `Content-Length: ${body.length}\r\n`;
    return client.request(`${requestLine} HTTP/1.1\r\nHost: mail.example\r\n${fields}${length}\r\n${body}`);
  };

  it("answer plain GETs of OWA, ECP, EWS and OAB with 200 where no authentication is required", async () => {
    for (const path of ["/owa/", "/ecp/", "/ews/exchange.asmx", "/OAB/lab/oab.xml"]) {
      assert.equal((await ask("cas1", `GET ${path}`)).status, 200, path);
      client.close();
    }
  });

  it("lead through the logon of OWA to a page that names the user, also on another server", async () => {
    const first = await ask("cas2", "GET /owa/");
    assert.equal(first.status, 302);
    assert.equal(
      location(first),
      "https://mail.example/owa/auth/logon.aspx?url=https%3A%2F%2Fmail.example%2Fowa%2F&reason=0",
    );
    client.close();
    const page = await ask("cas2", "GET /owa/auth/logon.aspx?url=https%3A%2F%2Fmail.example%2Fowa%2F%3Fa%22%3E");
    assert.match(page.body, /<title>Outlook Web App<\/title>/);
    assert.match(page.body, /<form [^>]*action="\/owa\/auth.owa" method="POST"/);
    assert.match(page.body, /value="https:\/\/mail\.example\/owa\/\?a&quot;&gt;"/);
    client.close();
    const logon = await ask("cas2", "POST /owa/auth.owa", "", "destination=%2Fowa%2F&username=alice&password=password");
    assert.equal(location(logon), "https://mail.example/owa/");
    const cookies = [...logon.head.matchAll(/^Set-Cookie: ([^;]*)/gm)].map(([, pair]) => pair).join("; ");
    client.close();
    const mailbox = await ask("cas2", "GET /owa/", `Cookie: ${cookies}\r\n`);
    assert.match(mailbox.body, /Mailbox of <strong>alice<\/strong>/);
    assert.match(mailbox.head, /^X-Lab-User: alice$/m);
    client.close();
    assert.match((await ask("cas1", "GET /ecp/", `Cookie: ${cookies}\r\n`)).body, /Options of <strong>alice/);
    client.close();
    assert.match((await ask("mid1", "GET /owa/", `Cookie: ${cookies}\r\n`)).body, /Mailbox of <strong>guest/);
  });

  it("send a wrong password back to the logon, and nobody to another site", async () => {
    const wrong = await ask("cas2", "POST /owa/auth.owa", "", "username=alice&password=no");
    assert.match(location(wrong), /logon\.aspx\?.*&reason=2$/);
    assert.doesNotMatch(wrong.head, /^Set-Cookie/m);
    client.close();
    const form = "destination=https%3A%2F%2Fevil.example%2F&username=alice&password=password";
    assert.equal(location(await ask("cas2", "POST /owa/auth.owa", "", form)), "https://mail.example/owa/");
  });

  it("send a user whose mailbox is on an older version there", async () => {
    const logon = await ask("cas2", "POST /owa/auth.owa", "", "username=dave&password=password");
    assert.equal(location(logon), "https://legacy.example/owa/");
  });

  it("do not take a cookie that was made up", async () => {
    const cookie = `cadata=${Buffer.from("alice").toString("base64url")}; cadataSig=x`;
    assert.equal((await ask("cas2", "GET /owa/", `Cookie: ${cookie}\r\n`)).status, 302);
  });

  it("tell ActiveSync's versions and allow no GET", async () => {
    const options = await ask("cas1", "OPTIONS /Microsoft-Server-ActiveSync");
    assert.equal(options.status, 200);
    assert.match(options.head, /^Public: OPTIONS,POST$/m);
    assert.match(options.head, /^MS-ASProtocolVersions: .*14\.1$/m);
    client.close();
    assert.equal((await ask("cas1", "GET /Microsoft-Server-ActiveSync")).status, 501);
    client.close();
    const denied = await ask("cas2", "OPTIONS /Microsoft-Server-ActiveSync");
    assert.deepEqual(denied.head.match(/^WWW-Authenticate: .*$/gm), ['WWW-Authenticate: Basic realm="mail.example"']);
  });

  it("serve the offline address book whole, in ranges, and only its head", async () => {
    const whole = await ask("cas1", "GET /oab/lab/full-1.lzx");
    assert.equal(whole.body.length, oabBytes);
    client.close();
    const head = await ask("cas1", "HEAD /oab/lab/full-1.lzx");
    assert.match(head.head, new RegExp(`^Content-Length: ${oabBytes}$`, "m"));
    client.close();
    const range = await ask("cas1", "GET /oab/lab/full-1.lzx", "Range: bytes=65530-70000\r\n");
    assert.equal(range.status, 206);
    assert.match(range.head, new RegExp(`^Content-Range: bytes 65530-70000/${oabBytes}$`, "m"));
    assert.ok(range.body === whole.body.slice(65_530, 70_001));
    client.close();
    assert.equal((await ask("cas1", "GET /oab/lab/full-1.lzx", "Range: bytes=200000-\r\n")).status, 416);
    client.close();
    const etag = /^ETag: (.*)\r$/m.exec(whole.head)?.[1];
    assert.equal((await ask("cas1", "GET /oab/lab/full-1.lzx", `If-None-Match: ${etag}\r\n`)).status, 304);
    client.close();
    const changed = await ask("cas1", "GET /oab/lab/full-1.lzx", 'Range: bytes=0-1\r\nIf-Range: "other"\r\n');
    assert.equal(changed.status, 200);
  });

  it("tell the published addresses by Autodiscover", async () => {
    const pox = await ask("cas1", "POST /Autodiscover/Autodiscover.xml", "", "<EMailAddress>a&amp;b@x</EMailAddress>");
    assert.match(pox.body, /<EwsUrl>https:\/\/mail\.example\/EWS\/Exchange\.asmx<\/EwsUrl>/);
    assert.doesNotMatch(pox.body, /<AutoDiscoverSMTPAddress>a&b/);
    client.close();
    assert.match((await ask("cas1", "GET /autodiscover/autodiscover.xml")).body, /<ErrorCode>600</);
    client.close();
    const json = await ask("cas2", "GET /autodiscover/autodiscover.json/v1.0/alice@x?Protocol=EWS");
    assert.deepEqual(JSON.parse(json.body), { Protocol: "EWS", Url: "https://mail.example/EWS/Exchange.asmx" });
    client.close();
    assert.equal((await ask("cas2", "GET /autodiscover/autodiscover.json?Protocol=x")).status, 400);
    client.close();
    assert.equal((await ask("cas2", "GET /autodiscover/autodiscover.xml")).status, 401);
  });

  it("keep a PowerShell session with its server", async () => {
    const first = await ask("cas1", "POST /powershell/?serializationLevel=Full", "", "<s/>");
    assert.match(first.head, /^Set-Cookie: MS-WSMAN=CAS1;/m);
  });

  it("are older in the older personalities", async () => {
    for (const server of ["old1", "mid1"]) {
      assert.equal((await ask(server, "GET /owa/healthcheck.htm")).status, 404);
      client.close();
      assert.equal((await ask(server, "POST /mapi/emsmdb/", "", "x")).status, 404);
      client.close();
      assert.equal(location(await ask(server, "GET /exchange/alice")), "/owa/");
      client.close();
    }
    assert.equal((await ask("old1", "GET /ecp/")).status, 404);
    client.close();
    assert.equal((await ask("cas1", "GET /exchange/")).status, 404);
  });

  it("refuse what two parsers could read differently", async () => {
    const response = await ask("cas1", "GET /owa/", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n");
    assert.equal(response.status, 400);
    assert.equal(await client.rest(), "");
  });

  it("answer pipelined requests in order, and close after HTTP/1.0", async () => {
    client = await openRaw(lab.server("cas1").port);
    client.send("GET /lab/bytes/3 HTTP/1.1\r\nHost: a\r\n\r\nGET /lab/status/204 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.equal((await client.response()).body.length, 3);
    assert.equal((await client.response()).status, 204);
    const last = await client.request("GET /lab/bytes/1 HTTP/1.0\r\nHost: a\r\n\r\n");
    assert.match(last.head, /^Connection: close$/m);
    assert.equal(await client.rest(), "");
  });

  it("echo a request as it arrived", async () => {
    const echo = await ask("cas1", "PURGE /lab/Echo?a=%2F", "X-a:  1\r\nx-A: 2\r\n", "hello");
    const seen = JSON.parse(echo.body);
    assert.equal(seen.requestLine, "PURGE /lab/Echo?a=%2F HTTP/1.1");
    assert.deepEqual(seen.lines, ["Host: mail.example", "X-a:  1", "x-A: 2", "Content-Length: 5"]);
    assert.equal(seen.bodySha256, createHash("sha256").update("hello").digest("hex"));
    assert.equal(seen.server, "cas1");
  });

  it("count an upload in chunks, however they are split", async () => {
    const chunked = "Transfer-Encoding: chunked\r\n";
    client = await openRaw(lab.server("cas1").port);
    client.send(`POST /lab/upload HTTP/1.1\r\nHost: a\r\n${chunked}\r\n3;x=y\r\nabc\r`);
    await new Promise<void>((resolve) => setImmediate(resolve));
    client.send("\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n");
    assert.deepEqual(JSON.parse((await client.response()).body), { server: "cas1", bytes: 5 });
  });

  it("send as many bytes as asked for, by length, in chunks and until they close", async () => {
    const byLength = await ask("cas1", "GET /lab/bytes/100000");
    client.close();
    const chunked = await ask("cas1", "GET /lab/bytes/100000?framing=chunked");
    client.close();
    const closing = await ask("cas1", "GET /lab/bytes/100000?framing=close");
    assert.equal(byLength.body.length, 100_000);
    assert.ok(chunked.body === byLength.body && (await client.rest()) === byLength.body);
    assert.match(closing.head, /^Connection: close$/m);
  });

  it("switch protocols and send every byte back", async () => {
    const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const response = await ask("cas1", "GET /lab/websocket", upgrade);
    assert.equal(response.status, 101);
    // The example of RFC 6455 1.3.
    assert.match(response.head, /^Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=$/m);
    client.send("\u0000\u00ffany bytes\r\n\r\n");
    assert.equal(await client.bytes(15), "\u0000\u00ffany bytes\r\n\r\n");
    client.socket.end();
    assert.equal(await client.rest(), "");
  });
});
