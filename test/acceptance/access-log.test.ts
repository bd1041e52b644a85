import assert from "node:assert/strict";
import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { always, RawMember } from "../support/raw-member.ts";
import { runRouter, type RunningRouter } from "../support/running-router.ts";
import { RawClient } from "../support/start-router.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;
const skip = process.platform === "win32" ? "no signals on Windows" : false;

async function start(t: TestContext, accessLog: Readonly<Record<string, unknown>>): Promise<RunningRouter> {
  const member = await RawMember.start("m1", always("HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok"));
  t.after(() => member.close());
  return runRouter(t, {
    listen: [{ address: "127.0.0.1", port: 0 }],
    servers: { m1: `http://127.0.0.1:${member.config.port}` },
    farms: { all: { servers: ["m1"], health: "off" } },
    routes: [{ farm: "all" }],
    accessLog,
    workers: 2,
  });
}

/** Requests "/FROM", "/FROM+1" …, each on a connection of its own, so that every worker has some. */
async function ask(t: TestContext, port: number, from: number, count: number): Promise<void> {
  const clients = Array.from({ length: count }, (_, index) =>
    new RawClient(port).write(`GET /${from + index} HTTP/1.1\r\nHost: a\r\n\r\n`),
  );
  t.after(() => clients.forEach((client) => client.close()));
  await Promise.all(clients.map(async (client) => client.untilText("ok")));
}

const text = async (name: string): Promise<string> => readFile(name, "latin1").catch(() => "");

/** The targets of all lines, each of which must be whole. */
function targets(written: string): string[] {
  return written.split("\r\n").flatMap((line) => {
    if (line === "" || line.startsWith("#")) return [];
    const fields = line.split(" ");
    assert.equal(fields.length, 3, line);
    return [fields[1] ?? ""];
  });
}

test("workers share one access log, which goes on in a new file after SIGUSR2", { timeout, skip }, async (t) => {
  const fields = ["cs-method", "cs-uri-stem", "sc-status"];
  const { program, port, folder } = await start(t, { file: "logs/access.log", format: "w3c", fields });
  const file = join(folder, "logs", "access.log");
  await ask(t, port, 0, 100);
  await until(async () => targets(await text(file)).length === 100);
  await rename(file, `${file}.1`);
  program.signal("SIGUSR2");
  await until(async () => (await text(file)).startsWith("#Software: Fairlead\r\n"));
  await ask(t, port, 100, 100);
  program.signal("SIGTERM");
  await program.ended();
  assert.equal(program.code, 0, program.errors);
  const all = [...targets(await text(`${file}.1`)), ...targets(await text(file))];
  assert.deepEqual(
    all.map((target) => Number(target.slice(1))).toSorted((a, b) => a - b),
    Array.from({ length: 200 }, (_, index) => index),
  );
  assert.equal((await text(file)).match(/#Fields/g)?.length, 1);
});

test("the access log on standard output is one line for each request", { timeout }, async (t) => {
  const { program, port } = await start(t, { file: "stdout", format: "json", fields: ["target", "server"] });
  await ask(t, port, 0, 50);
  await until(() => program.output.split('{"target":"/').length === 51);
  for (const line of program.output.trimEnd().split("\n")) assert.equal(typeof JSON.parse(line), "object");
});
