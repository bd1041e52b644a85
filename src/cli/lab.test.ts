import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Command } from "commander";
import type { Lab } from "../lab/lab.ts";
import { startLabControl, type LabControl } from "../lab/lab-control.ts";
import { startLab } from "../lab/start-lab.ts";
import { labCommand } from "./lab.ts";

describe("fairlead lab", () => {
  let lab: Lab;
  let control: LabControl;
  let output = "";
  before(async () => {
    lab = await startLab({ servers: [{ name: "cas1", tls: false }] });
    control = await startLabControl(lab, 0);
  });
  after(async () => {
    await control.close();
    await lab.close();
  });
  afterEach(() => (output = ""));

  const write = (text: string): void => void (output += text);
  const capture = (command: Command): Command => {
    for (const sub of command.commands) capture(sub);
    return command.exitOverride().configureOutput({ writeOut: write, writeErr: write, getOutHasColors: () => false });
  };
  const run = async (...args: string[]): Promise<Command> =>
    capture(labCommand()).parseAsync([...args, "--control-port", String(control.port)], { from: "user" });

  it("stops and starts a protocol of a server", async () => {
    await run("stop", "cas1", "owa");
    assert.equal(lab.pool("cas1", "owa").state, "stopped");
    assert.match(output, /^owa +stopped$/m);
    await run("start", "cas1", "owa");
    assert.equal(lab.pool("cas1", "owa").state, "running");
  });

  it("hangs, slows and spoils", async () => {
    await run("hang", "cas1", "rpc");
    await run("slow", "cas1", "ews", "250");
    await run("fault", "cas1", "oab", "close-early", "3");
    assert.equal(lab.pool("cas1", "rpc").state, "hung");
    assert.equal(lab.pool("cas1", "ews").delayMs, 250);
    assert.deepEqual([lab.pool("cas1", "oab").fault, lab.pool("cas1", "oab").faultsLeft], ["close-early", 3]);
  });

  it("prints the status as JSON", async () => {
    await run("status", "--json");
    assert.deepEqual(JSON.parse(output), JSON.parse(JSON.stringify(lab.status())));
  });

  it("explains what it cannot do", async () => {
    await assert.rejects(run("stop", "cas9", "owa"));
    assert.match(output, /error: The lab has no server "cas9"; it has cas1\./);
    await assert.rejects(run("fault", "cas1", "owa", "flood"));
    assert.match(output, /There is no fault "flood"; there are reset, close-early, garbage, stall\./);
    await assert.rejects(run("slow", "cas1", "owa", "long"));
    assert.match(output, /"long" is no number of milliseconds/);
  });
});
