import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { test, type TestContext } from "node:test";
import type { LabEvent, LabTimings } from "../../src/lab/front-end.ts";
import { connectionEstablished, outAccepted } from "../../src/lab/rpc/connection-packets.ts";
import { encodeRts, rtsCommand, rtsFlag, uint32 } from "../../src/lab/rpc/rts-pdu.ts";
import type { RawClient } from "../../src/lab/testing/raw-client.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { startSite, type Site } from "../support/lab-site.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;
const minuteMs = 60_000;

interface Standing {
  readonly site: Site;
  readonly clock: FakeClock;
  readonly client: RawClient;
}

/** Router and lab on one clock that stands still: nothing more is sent, and nothing times out, until it is moved. */
async function start(
  t: TestContext,
  timings: Partial<LabTimings> = {},
  onEvent: (event: LabEvent) => void = () => undefined,
): Promise<Standing> {
  const clock = new FakeClock();
  const servers = [{ name: "cas1", tls: false, authentication: "none" as const }];
  const site = await startSite(t, {
    clock,
    lab: { clock, servers, timings, onEvent },
    change: ({ farms }) => Object.values(farms).forEach((farm) => (farm["health"] = "off")),
  });
  const client = await site.openPlain();
  t.after(() => client.close());
  return { site, clock, client };
}

function post(host: string, path: string, fields: readonly string[] = [], body = ""): string {
  const lines = [`Host: ${host}.exchange.localhost`, ...fields, `Content-Length: ${body.length}`];
  return `POST ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}

test("an ActiveSync Ping may be silent for 59 minutes", { timeout }, async (t) => {
  const { site, clock, client } = await start(t);
  client.send(post("eas", "/Microsoft-Server-ActiveSync?Cmd=Ping&User=alice&DeviceId=1&HeartbeatInterval=3540"));
  await until(() => site.lab.pool("cas1", "eas").requests === 1);
  await clock.advance(58 * minuteMs);
  assert.equal(client.received, "");
  assert.equal(client.ended, false);
  await clock.advance(minuteMs);
  const { status, head } = await client.response();
  assert.equal(status, 200);
  assert.match(head, /^Content-Type: application\/vnd\.ms-sync\.wbxml$/m);
});

test("streaming notifications of EWS last half an hour, each arrives when it is sent", { timeout }, async (t) => {
  const { clock, client } = await start(t, { streamingEventMs: minuteMs });
  client.send(
    post(
      "ews",
      "/ews/exchange.asmx",
      [],
      "<GetStreamingEvents><ConnectionTimeout>30</ConnectionTimeout></GetStreamingEvents>",
    ),
  );
  assert.match(await client.until("\r\n\r\n"), /^HTTP\/1\.1 200 [^]*Transfer-Encoding: chunked/);
  for (let minute = 0; minute < 30; minute++) {
    assert.match(await client.until("</s:Envelope>\r\n"), /<ConnectionStatus>OK/);
    // No more has come: it is the one that was just sent.
    assert.equal(client.received, "");
    await clock.advance(minuteMs);
  }
  assert.match(await client.until("0\r\n\r\n"), /<ConnectionStatus>Closed/);
});

test("each PENDING of MAPI arrives before the next one is written", { timeout }, async (t) => {
  const written: number[] = [];
  const delays: number[] = [];
  const { clock, client } = await start(t, { pendingPeriodMs: 15_000, notificationWaitMs: 5 * minuteMs }, (event) => {
    if (event.type === "pending") written.push(performance.now());
  });
  client.send(post("mapi", "/mapi/emsmdb/?MailboxId=lab@tailspintoys.com", ["X-RequestType: NotificationWait"]));
  await client.until("PROCESSING\r\n\r\n");
  for (let count = 1; count < 20; count++) {
    await clock.advance(15_000);
    await client.until("9\r\nPENDING\r\n\r\n");
    delays.push(performance.now() - (written[count - 1] ?? 0));
    assert.equal(written.length, count);
  }
  await clock.advance(15_000);
  await client.until("DONE\r\n");
  await client.until("0\r\n\r\n");
  const median = delays.toSorted((a, b) => a - b)[Math.floor(delays.length / 2)] ?? 0;
  t.diagnostic(
    `PENDING through the router: median ${median.toFixed(2)} ms, longest ${Math.max(...delays).toFixed(2)} ms`,
  );
});

/** What opens a channel of a virtual connection ([MS-RPCH] CONN/A1 and CONN/B1). */
function opening(name: string): string {
  const version = { type: rtsCommand.version, value: uint32(1) };
  const common = { type: rtsCommand.cookie, value: Buffer.alloc(16, name) };
  const own = { type: rtsCommand.cookie, value: Buffer.alloc(16) };
  const last = { type: rtsCommand.receiveWindowSize, value: uint32(262_144) };
  return encodeRts(rtsFlag.none, [version, common, own, last]).toString("latin1");
}

function channel(method: string, length: number): string {
  return `${method} /rpc/rpcproxy.dll?lab@tailspintoys.com:6001 HTTP/1.1\r\nHost: oa.exchange.localhost\r\nContent-Length: ${length}\r\n\r\n${opening("a")}`;
}

test("RPC_IN_DATA of 1 GiB trickles for an hour while the answer to RPC_OUT_DATA streams", { timeout }, async (t) => {
  const { site, clock, client: outbound } = await start(t, { rpcPingMs: minuteMs });
  const ping = encodeRts(rtsFlag.ping).toString("latin1");
  outbound.send(channel("RPC_OUT_DATA", 76));
  assert.match(await outbound.until("\r\n\r\n"), /^HTTP\/1\.1 200 Success\r\n[^]*^Content-Length: 1073741824\r$/m);
  assert.equal(await outbound.bytes(outAccepted.length), outAccepted.toString("latin1"));
  const inbound = await site.openPlain();
  t.after(() => inbound.close());
  inbound.send(channel("RPC_IN_DATA", 1_073_741_824));
  assert.equal(await outbound.bytes(connectionEstablished.length), connectionEstablished.toString("latin1"));
  const before = site.lab.status().servers[0]!.rpc.bytesReceived;
  for (let minute = 1; minute <= 60; minute++) {
    // The lab answers what it gets on the one channel on the other.
    inbound.send(ping);
    assert.equal(await outbound.bytes(ping.length), ping);
    await clock.advance(minuteMs);
    assert.equal(await outbound.bytes(ping.length), ping);
    assert.equal(site.lab.status().servers[0]!.rpc.bytesReceived - before, minute * ping.length);
  }
  assert.equal(inbound.received, "");
  // Either channel ends by being closed; the other one ends with it.
  inbound.close();
  await outbound.rest();
  await until(() => site.lab.status().servers[0]!.rpc.virtualConnections === 0);
});
