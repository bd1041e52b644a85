import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fetchLabStatus, LabControlError, orderLab } from "./control-lab.ts";
import { formatLabStatus } from "./format-lab-status.ts";
import type { Lab } from "./lab.ts";
import { startLabControl, type LabControl } from "./lab-control.ts";
import { startLab } from "./start-lab.ts";
import { openRaw } from "./testing/raw-client.ts";

describe("the lab's control API", () => {
  let lab: Lab;
  let control: LabControl;
  before(async () => {
    lab = await startLab({
      servers: [
        { name: "cas1", tls: false },
        { name: "cas2", tls: false },
      ],
    });
    control = await startLabControl(lab, 0);
  });
  after(async () => {
    await control.close();
    await lab.close();
  });

  it("carries out orders and tells how the lab is", async () => {
    await orderLab(control.port, "cas1", "owa", { action: "stop" });
    await orderLab(control.port, "cas2", "ews", { action: "slow", delayMs: 20 });
    await orderLab(control.port, "cas2", "oab", { action: "fault", fault: "reset", times: 2 });
    const { servers } = await orderLab(control.port, "cas2", "rpc", { action: "hang" });
    assert.equal(servers[0]?.pools.owa.state, "stopped");
    assert.deepEqual([servers[1]?.pools.ews.state, servers[1]?.pools.ews.delayMs], ["slow", 20]);
    assert.equal(servers[1]?.pools.oab.fault, "reset");
    assert.equal(servers[1]?.pools.rpc.state, "hung");
    const started = await orderLab(control.port, "cas1", "owa", { action: "start" });
    assert.equal(started.servers[0]?.pools.owa.state, "running");
    assert.deepEqual(await fetchLabStatus(control.port), lab.status());
  });

  it("names what the lab does not have", async () => {
    const order = orderLab(control.port, "cas7", "owa", { action: "stop" });
    await assert.rejects(order, new LabControlError('The lab has no server "cas7"; it has cas1, cas2.'));
    await assert.rejects(orderLab(control.port, "cas1", "pop", { action: "stop" }), /"pop" is no protocol/);
  });

  it("says so when no lab answers", async () => {
    const idle = await startLab({ servers: [{ name: "cas1", tls: false }] });
    const { port } = idle.servers[0]!;
    await idle.close();
    await assert.rejects(fetchLabStatus(port), LabControlError);
  });

  it("refuses web pages of other sites, other host names and what is no JSON order", async () => {
    const put = async (fields: string, body: string): Promise<number> => {
      const client = await openRaw(control.port);
      const head = `PUT /servers/cas1/protocols/ecp HTTP/1.1\r\n${fields}Content-Length: ${body.length}\r\n\r\n`;
      const { status } = await client.request(head + body);
      client.close();
      return status;
    };
    const host = `Host: 127.0.0.1:${control.port}\r\n`;
    const json = "Content-Type: application/json\r\n";
    const stop = '{"action":"stop"}';
    assert.equal(await put(`${host}${json}Origin: https://evil.example\r\n`, stop), 403);
    assert.equal(await put(`Host: evil.example:${control.port}\r\n${json}`, stop), 403);
    assert.equal(await put(`${host}Content-Type: text/plain\r\n`, stop), 415);
    assert.equal(await put(`${host}Content-Type: application/x-www-form-urlencoded\r\n`, "action=stop"), 415);
    assert.equal(await put(host + json, '{"action":"slow"}'), 400);
    assert.equal(await put(host + json, '{"action":"stop","extra":1}'), 400);
    assert.equal(lab.status().servers[0]?.pools.ecp.state, "running");
    assert.equal(await put(host + json, stop), 200);
    assert.equal(lab.status().servers[0]?.pools.ecp.state, "stopped");
    lab.start("cas1", "ecp");
  });

  it("is shown as a table, coloured only where asked for", async () => {
    lab.stop("cas1", "owa");
    const plain = formatLabStatus(lab.status(), false);
    const rows = plain.split("\n").map((row) => row.split(/ {2,}/));
    assert.deepEqual(rows[0]?.slice(1), ["cas1", "cas2"]);
    assert.deepEqual(rows[2], ["owa", "stopped", "running"]);
    assert.ok(!plain.includes("\u001b"));
    assert.ok(formatLabStatus(lab.status(), true).includes("\u001b[31mstopped"));
  });
});
