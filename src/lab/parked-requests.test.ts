import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import type { LabEvent } from "./front-end.ts";
import type { Lab } from "./lab.ts";
import { startLab } from "./start-lab.ts";
import { openRaw, type RawClient } from "./testing/raw-client.ts";

/** Waits until so many timers wait: what arms them is on its way over a socket. */
async function armed(clock: FakeClock, count: number): Promise<void> {
  while (clock.pending < count) await new Promise<void>((resolve) => setImmediate(resolve));
}

describe("requests that a lab server parks", () => {
  let clock: FakeClock;
  let lab: Lab;
  let client: RawClient;
  let events: LabEvent[];
  beforeEach(async () => {
    clock = new FakeClock();
    events = [];
    const onEvent = (event: LabEvent): void => void events.push(event);
    lab = await startLab({ servers: [{ name: "cas1", tls: false, authentication: "none" }], clock, onEvent });
    client = await openRaw(lab.servers[0]!.port);
  });
  afterEach(async () => {
    client.close();
    await lab.close();
  });
  const post = (target: string, fields: string, body: string): void =>
    client.send(`POST ${target} HTTP/1.1\r\nHost: a\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`);

  it("hang for the heartbeat of an ActiveSync Ping without a byte", async () => {
    post(
      "/Microsoft-Server-ActiveSync?Cmd=Ping&User=alice",
      "",
      "<Ping><HeartbeatInterval>3540</HeartbeatInterval></Ping>",
    );
    await armed(clock, 1);
    await clock.advance(3_539_000);
    assert.equal(client.received, "");
    await clock.advance(1000);
    const response = await client.response();
    assert.equal(response.status, 200);
    assert.match(response.head, /^Content-Type: application\/vnd\.ms-sync\.wbxml$/m);
  });

  it("take the heartbeat from the query too", async () => {
    post("/Microsoft-Server-ActiveSync?Cmd=Ping&HeartbeatInterval=60", "", "");
    await armed(clock, 1);
    await clock.advance(60_000);
    assert.equal((await client.response()).status, 200);
  });

  it("are let go when the client closes, with their timers", async () => {
    post("/Microsoft-Server-ActiveSync?Cmd=Ping&HeartbeatInterval=60", "", "");
    await armed(clock, 1);
    client.socket.end();
    await client.rest();
    assert.equal(lab.status().servers[0]!.openConnections, 0);
    assert.equal(clock.pending, 0);
  });

  it("send PENDING in MAPI over HTTP every period until they are DONE", async () => {
    post(
      "/mapi/emsmdb/?MailboxId=x@a",
      "X-RequestType: NotificationWait\r\nX-RequestId: 1\r\nX-Lab-Duration: 40000\r\n",
      "",
    );
    const head = await client.until("\r\n\r\n");
    for (const field of [
      "X-RequestType: NotificationWait",
      "X-ResponseCode: 0",
      "X-PendingPeriod: 15000",
      "X-RequestId: 1",
    ])
      assert.ok(head.includes(`\r\n${field}\r\n`), field);
    assert.match(head, /^Set-Cookie: MapiContext=/m);
    assert.match(head, /^Set-Cookie: MapiSequence=/m);
    assert.equal(await client.until("PROCESSING\r\n\r\n"), "c\r\nPROCESSING\r\n\r\n");
    await armed(clock, 1);
    await clock.advance(15_000);
    assert.equal(await client.until("PENDING\r\n\r\n"), "9\r\nPENDING\r\n\r\n");
    await clock.advance(25_000);
    const rest = await client.until("0\r\n\r\n");
    assert.equal(rest.match(/PENDING/g)?.length, 1);
    assert.match(rest, /DONE\r\nX-ResponseCode: 0\r\n/);
    const pending = events.filter(({ type }) => type === "pending");
    assert.deepEqual(
      pending.map((event) => event.type === "pending" && event.at),
      [15_000, 30_000],
    );
  });

  it("answer an ordinary MAPI request at once", async () => {
    post("/mapi/emsmdb/?MailboxId=x@a", "X-RequestType: Connect\r\nCookie: MapiContext=mine\r\n", "x");
    const response = await client.response();
    assert.match(response.head, /^Set-Cookie: MapiContext=mine;/m);
    assert.match(response.body, /^PROCESSING\r\nDONE\r\n[^]*guest\0$/);
    assert.equal(clock.pending, 0);
  });

  it("stream events in EWS until the connection's time-out", async () => {
    post(
      "/ews/exchange.asmx",
      "",
      "<m:GetStreamingEvents><m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>",
    );
    await client.until("<ConnectionStatus>OK</ConnectionStatus>");
    await armed(clock, 1);
    await clock.advance(60_000);
    const rest = await client.until("0\r\n\r\n");
    assert.equal(rest.match(/<ConnectionStatus>OK/g)?.length, 11);
    assert.match(rest, /<ConnectionStatus>Closed/);
  });

  it("are delayed by a slow pool, also where the client has closed its side", async () => {
    lab.slow("cas1", "owa", 5000);
    client.send("GET /owa/ HTTP/1.1\r\nHost: a\r\n\r\n");
    client.socket.end();
    await armed(clock, 1);
    await clock.advance(4999);
    assert.equal(client.received, "");
    await clock.advance(1);
    assert.equal((await client.response()).status, 200);
  });
});
