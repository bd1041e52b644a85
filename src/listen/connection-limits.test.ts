import assert from "node:assert/strict";
import { Socket } from "node:net";
import { describe, it } from "node:test";
import { ConnectionLimits } from "./connection-limits.ts";
import { softLimit } from "./file-handle-limit.ts";

function limitsOf(connections: number | null, connectionsPerClient: number | null, fileHandles: number | null = null) {
  const limits = new ConnectionLimits(fileHandles);
  limits.configure({ connections, connectionsPerClient });
  return limits;
}

/** How many of so many connections are taken. */
function admitted(limits: ConnectionLimits, tries: number): number {
  return Array.from({ length: tries }, () => limits.admit()).filter(Boolean).length;
}

function take(limits: ConnectionLimits, address: string, trusted = false): Socket | null {
  const socket = new Socket();
  return limits.admitClient(socket, { address, trusted }) ? socket : null;
}

describe("the limit of all connections", () => {
  const cases: readonly (readonly [name: string, limits: ConnectionLimits, most: number])[] = [
    ["what is configured", limitsOf(3, null), 3],
    ["half of the file handles that are left", limitsOf(null, null, 128 + 9), 4],
    ["at least one", limitsOf(null, null, 20), 1],
    ["no more than there are file handles, whatever is configured", limitsOf(100, null, 128 + 9), 4],
    ["none where nothing is known", limitsOf(null, null), 50],
  ];
  for (const [name, limits, most] of cases) {
    it(`is ${name}`, () => {
      assert.equal(admitted(limits, 50), most);
      limits.release();
      assert.equal(admitted(limits, 1), 1);
    });
  }

  it("counts those of the other processes, as far as they are known", () => {
    const limits = limitsOf(10, null);
    assert.equal(admitted(limits, 2), 2);
    assert.equal(limits.newCount(), 2);
    assert.equal(limits.newCount(), null);
    limits.limitWith(2 + 7);
    assert.equal(admitted(limits, 10), 1);
    limits.limitWith(2 + 6);
    assert.equal(admitted(limits, 10), 1);
    assert.equal(limits.newCount(), 4);
    limits.limitWith(0);
    assert.equal(admitted(limits, 10), 6);
  });

  it("is no matter for the other processes where it is not configured", () => {
    const limits = limitsOf(null, null);
    assert.equal(admitted(limits, 2), 2);
    assert.equal(limits.newCount(), null);
  });

  it("can be changed, for those to come", () => {
    const limits = limitsOf(4, null);
    assert.equal(admitted(limits, 10), 4);
    limits.configure({ connections: 2, connectionsPerClient: null });
    limits.release();
    limits.release();
    assert.equal(admitted(limits, 1), 0);
    limits.release();
    assert.equal(admitted(limits, 2), 1);
  });
});

describe("the limit of one client's connections", () => {
  /** What the second of two connections meets where one is allowed. */
  const pairs: readonly (readonly [first: string, second: string, taken: boolean])[] = [
    ["192.0.2.1", "192.0.2.1", false],
    ["192.0.2.1", "192.0.2.2", true],
    ["2001:db8::1", "2001:db8:0:0:ffff::", false],
    ["2001:db8::1", "2001:db8:0:1::1", true],
    ["::1", "::2", false],
    ["unix:", "unix:", true],
  ];
  for (const [first, second, taken] of pairs) {
    it(`${taken ? "takes" : "refuses"} ${second} after ${first}`, () => {
      const limits = limitsOf(null, 1);
      assert.notEqual(take(limits, first), null);
      assert.equal(take(limits, second) !== null, taken);
    });
  }

  it("is not for trusted proxies", () => {
    const limits = limitsOf(null, 1);
    assert.notEqual(take(limits, "10.0.0.1", true), null);
    assert.notEqual(take(limits, "10.0.0.1", true), null);
  });

  it("has room again once a connection is closed", async () => {
    const limits = limitsOf(null, 2);
    const [first, second] = [take(limits, "192.0.2.1"), take(limits, "192.0.2.1")];
    assert.equal(take(limits, "192.0.2.1"), null);
    for (const socket of [first, second]) {
      await new Promise((closed) => socket?.once("close", closed).destroy());
      assert.notEqual(take(limits, "192.0.2.1"), null);
      assert.equal(take(limits, "192.0.2.1"), null);
    }
  });
});

describe("the file handles of a process", () => {
  const line = "Limit                     Soft Limit           Hard Limit           Units     \n";
  it("are read", () => {
    assert.equal(
      softLimit(`${line}Max open files            1024                 524288               files     \n`),
      1024,
    );
  });
  it("may be unlimited", () => {
    assert.equal(
      softLimit(`${line}Max open files            unlimited            unlimited            files     \n`),
      null,
    );
  });
});
