import assert from "node:assert/strict";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { Program } from "../support/program.ts";
import { RawMember } from "../support/raw-member.ts";
import { runRouter } from "../support/running-router.ts";
import { RawClient } from "../support/start-router.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

function clients(t: TestContext, port: number, count: number): RawClient[] {
  const all = Array.from({ length: count }, () => new RawClient(port).write(get));
  t.after(() => {
    for (const client of all) client.close();
  });
  return all;
}

const open = (all: readonly RawClient[]): RawClient[] => all.filter(({ ended, closed }) => !ended && !closed);

function documentOf(member: RawMember, rest: object): Record<string, unknown> {
  return {
    listen: [{ port: 0, address: "127.0.0.1" }],
    servers: { m1: `http://127.0.0.1:${member.config.port}` },
    farms: { app: { servers: ["m1"] } },
    routes: [{ farm: "app" }],
    ...rest,
  };
}

test(
  "no more connections are taken than there are file handles for, each with one to a member",
  { timeout },
  async (t) => {
    // They all wait for an answer.
    const member = await RawMember.start();
    t.after(() => member.close());
    const { program, port } = await runRouter(t, documentOf(member, { workers: 0 }), { openFiles: 256 });
    const all = clients(t, port, 100);
    // Half of what 256 leave beside 128 for everything else.
    await until(() => member.connections.length === 64 && open(all).length === 64);
    await program.untilOutput(/"event":"listener.refused"/);
    assert.doesNotMatch(program.output, /EMFILE|no file handle/);
    // Who only sends no more still gets its answer.
    for (const { socket } of open(all).slice(0, 40)) socket.resetAndDestroy();
    await until(() => member.connections.filter(({ closed, ended }) => !closed && !ended).length === 24);
    const later = clients(t, port, 40);
    await until(() => member.connections.length === 104);
    assert.equal(open(later).length, 40);
  },
);

test("workers share one limit of connections", { timeout }, async (t) => {
  const member = await RawMember.start();
  t.after(() => member.close());
  const { port } = await runRouter(t, documentOf(member, { workers: 2, limits: { connections: 20 } }));
  const opened: RawClient[] = [];
  // Some at a time: the workers tell each other within a tenth of a second.
  for (const count of [15, 5, 5]) {
    opened.push(...clients(t, port, count));
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  assert.equal(open(opened).length, 20);
  assert.equal(open(opened.slice(0, 20)).length, 20);
});

test(
  "a process without a file handle left goes on with what it has, and takes connections again later",
  { timeout },
  async (t) => {
    const script = join(import.meta.dirname, "..", "support", "unlimited-listener.js");
    const program = new Program([], { script, openFiles: 256 });
    t.after(() => program.kill());
    const port = Number((await program.untilOutput(/^port (\d+)$/m))[1]);
    const all = clients(t, port, 100);
    // Those for which there was none are closed.
    await until(() => all.every(({ text, ended, closed }) => text.includes("301") || ended || closed));
    assert.ok(open(all).length > 0 && open(all).length < 256, String(open(all).length));
    const [first] = open(all);
    assert.ok(first !== undefined);
    await first.untilText("\r\n\r\n");
    first.clear();
    await first.write(get).untilText("HTTP/1.1 301");
    for (const client of all) if (client !== first) client.close();
    await until(async () => {
      const later = new RawClient(port).write(get);
      await later.until(({ text, ended, closed }) => text.includes("301") || ended || closed);
      later.close();
      return later.text.includes("HTTP/1.1 301");
    });
    assert.equal(program.code, undefined);
  },
);
