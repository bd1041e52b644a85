import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Lab } from "./lab.ts";
import { connectionEstablished, outAccepted } from "./rpc/connection-packets.ts";
import { encodeRts, rtsCommand, rtsFlag, uint32 } from "./rpc/rts-pdu.ts";
import { startLab } from "./start-lab.ts";
import { impacketConnect } from "./testing/impacket.ts";
import { openRaw } from "./testing/raw-client.ts";
import { runProgram } from "./testing/run-program.ts";

const ping = encodeRts(rtsFlag.ping).toString("latin1");
const head = (method: string, length: number): string =>
  `${method} /rpc/rpcproxy.dll?cas1:6001 HTTP/1.1\r\nHost: mail.example\r\nContent-Length: ${length}\r\n\r\n`;
const cookie = (value: Buffer) => ({ type: rtsCommand.cookie, value });

function opening(name: string): string {
  const common = Buffer.alloc(16, name);
  const version = { type: rtsCommand.version, value: uint32(1) };
  const last = { type: rtsCommand.receiveWindowSize, value: uint32(262_144) };
  return encodeRts(rtsFlag.none, [version, cookie(common), cookie(Buffer.alloc(16)), last]).toString("latin1");
}

describe("RPC over HTTP in the lab", () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab({
      servers: [
        { name: "cas1", tls: false, authentication: { rpc: "none" } },
        { name: "cas2" },
        { name: "cas3", tls: false },
      ],
      timings: { rpcPingMs: 50 },
    });
  });
  after(() => lab.close());
  const open = () => openRaw(lab.servers[0]!.port);

  it("answers an echo with the RTS echo packet", async () => {
    const client = await open();
    for (const method of ["RPC_IN_DATA", "RPC_OUT_DATA"]) {
      const response = await client.request(head(method, 0));
      assert.match(
        response.head,
        /^HTTP\/1\.1 200 Success\r\nContent-Type: application\/rpc\r\nContent-Length: 20\r\n/,
      );
      assert.equal(response.body, encodeRts(rtsFlag.echo).toString("latin1"));
    }
    client.close();
  });

  it("joins the two channels, answers pings on the other and pings by itself", async () => {
    const inbound = await open();
    const outbound = await open();
    outbound.send(head("RPC_OUT_DATA", 76) + opening("a"));
    const answer = await outbound.until("\r\n\r\n");
    assert.match(answer, /^HTTP\/1\.1 200 Success\r\n/);
    assert.match(answer, /^Content-Length: 1073741824$/m);
    assert.equal(await outbound.bytes(outAccepted.length), outAccepted.toString("latin1"));
    inbound.send(head("RPC_IN_DATA", 1_073_741_824) + opening("a"));
    assert.equal(await outbound.bytes(connectionEstablished.length), connectionEstablished.toString("latin1"));
    assert.equal(lab.status().servers[0]!.rpc.virtualConnections, 1);
    inbound.send(ping);
    assert.equal(await outbound.bytes(40), ping + ping);
    assert.equal(inbound.received, "");
    inbound.close();
    await outbound.rest();
    outbound.close();
    assert.equal(lab.status().servers[0]!.rpc.virtualConnections, 0);
  });

  it("counts what any bytes on an IN channel come to", async () => {
    const client = await open();
    const earlier = lab.status().servers[0]!.rpc.bytesReceived;
    client.send(head("RPC_IN_DATA", 1000));
    for (let sent = 0; sent < 1000; sent += 100) client.send("x".repeat(100));
    assert.equal((await client.response()).body, '{"bytes":1000}');
    assert.equal(lab.status().servers[0]!.rpc.bytesReceived - earlier, 1000);
    client.close();
  });

  it("suits impacket, which binds and calls through it, plain and over TLS", async (test) => {
    for (const server of lab.servers.slice(1)) {
      const url = `${server.tls ? "https" : "http"}://127.0.0.1:${server.port}/rpc/rpcproxy.dll`;
      const result = await impacketConnect(url, "alice", "password");
      if (result === null) {
        test.skip("python3-impacket is not installed");
        return;
      }
      assert.equal(result.output, "connected\nbound\nhello channel\n", result.errors);
    }
  });

  it("refuses impacket with a wrong password", async (test) => {
    const result = await impacketConnect(`http://127.0.0.1:${lab.servers[2]!.port}/rpc/rpcproxy.dll`, "alice", "wrong");
    if (result === null) test.skip("python3-impacket is not installed");
    else assert.match(result.errors, /NTLM authentication failed in RPC_IN_DATA channel/);
  });

  it("suits curl -X RPC_IN_DATA", async (test) => {
    const url = `http://127.0.0.1:${lab.servers[2]!.port}/rpc/rpcproxy.dll?cas1:6001`;
    const result = await runProgram("curl", [
      "-si",
      "--ntlm",
      "-u",
      "alice:password",
      "-X",
      "RPC_IN_DATA",
      "-d",
      "",
      url,
    ]);
    if (result === null) test.skip("curl is not installed");
    else
      assert.ok(
        /HTTP\/1\.1 200 Success\r\n/.test(result.output) &&
          result.output.endsWith(encodeRts(rtsFlag.echo).toString("latin1")),
      );
  });
});
