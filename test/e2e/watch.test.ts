import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it, type TestContext } from "node:test";
import { stringify } from "yaml";
import type { WebhookBody } from "../../src/control/post-events.ts";
import type { RouterEvent } from "../../src/control/router-event.ts";
import { portOf } from "../support/port-of.ts";
import { Program } from "../support/program.ts";
import { runRouter } from "../support/running-router.ts";
import { until } from "../support/until.ts";

async function listening(t: TestContext, server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${portOf(server)}`;
}

/** A router with one member, whose check gives `status`. */
async function site(t: TestContext) {
  const member = { status: 200 };
  const url = await listening(
    t,
    createServer((_request, response) => response.writeHead(member.status).end()),
  );
  const got: WebhookBody[] = [];
  const hook = createServer((request, response) => {
    void text(request).then((body) => {
      got.push(JSON.parse(body));
      response.end();
    });
  });
  const document = {
    listen: [{ port: 0, address: "127.0.0.1" }],
    servers: { cas1: url },
    farms: { owa: { servers: ["cas1"], health: { path: "/", every: "50ms", whileFailing: "50ms", fall: 1, rise: 1 } } },
    routes: [{ farm: "owa" }],
    events: { webhook: { url: `${await listening(t, hook)}/hook` } },
  };
  const router = await runRouter(t, document);
  return { ...router, member, got, document };
}

async function list(adminUrl: string): Promise<RouterEvent[]> {
  const response = await fetch(`${adminUrl}/api/v1/events?format=json`);
  return JSON.parse(await response.text());
}

function watch(t: TestContext, ...words: readonly string[]): Program {
  const program = new Program(["status", "--watch", ...words]);
  t.after(() => program.kill());
  return program;
}

const down = /^\d\d:\d\d:\d\d {2}owa on cas1 {2}up -> down {2}GET .*: 503 Service Unavailable \(check\)$/m;

describe("fairlead status --watch", () => {
  it("shows the matrix and what changes, over a restart of the router, until it is interrupted", async (t) => {
    const { program, adminUrl, member, folder, document } = await site(t);
    const watching = watch(t, "--admin", adminUrl);
    await watching.untilOutput(/^ {6}owa\n/);
    await watching.untilOutput(/^cas1 {2}up\n/m);
    await watching.untilOutput(/owa on cas1 {2}up {2}GET /);
    member.status = 503;
    await watching.untilOutput(down);
    await watching.untilOutput(/owa {2}up -> down {2}no server is left/);
    await watching.untilOutput(/^cas1 {2}DOWN\n/m);
    program.signal("SIGTERM");
    await program.ended();
    await watching.untilOutput(/^The router does not answer: .*Trying again …\n/m);
    member.status = 200;
    const admin = { port: Number(new URL(adminUrl).port) };
    await writeFile(join(folder, "fairlead.yaml"), stringify({ ...document, admin }));
    const again = new Program(["run"], { folder });
    t.after(() => again.kill());
    await watching.untilOutput(/^The router answers again\.\n(?:[^]*\n)?cas1 {2}up\n/m);
    watching.signal("SIGINT");
    assert.equal((await watching.ended()).code, 0);
    assert.equal(watching.errors, "");
    assert.ok(!watching.output.includes("\u001B"));
  });

  it("prints events alone, as JSON, with --json", async (t) => {
    const { adminUrl, member } = await site(t);
    const watching = watch(t, "--json", "--admin", adminUrl);
    // Only what happens once it is connected is printed.
    await until(() => {
      member.status = 703 - member.status;
      return /"kind":"farm".*\n/.test(watching.output);
    });
    watching.signal("SIGINT");
    assert.equal((await watching.ended()).code, 0);
    const events: RouterEvent[] = watching.output
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const all = await list(adminUrl);
    const [first] = events;
    assert.ok(first !== undefined && first.id > 1);
    const same = all.filter(({ id }) => id >= first.id).slice(0, events.length);
    assert.deepEqual(events, same);
  });

  it("ends with 1 where no router answers at the start", async (t) => {
    const program = watch(t, "--admin", "http://127.0.0.1:1");
    assert.equal((await program.ended()).code, 1);
    assert.match(program.errors, /^No router answers/);
  });
});

describe("events of a running router", () => {
  it("reach the webhook, those of reloads as well, and the router ends in time", async (t) => {
    const { program, adminUrl, member, got, folder, document } = await site(t);
    const told = (): string[] => got.flatMap(({ events }) => events.map(({ kind, was, is }) => `${kind} ${was} ${is}`));
    await until(() => told().includes("health null up"));
    member.status = 503;
    await until(() => told().includes("farm up down"));
    await writeFile(join(folder, "fairlead.yaml"), stringify({ ...document, admin: { port: 0 }, routes: "x" }));
    await fetch(`${adminUrl}/api/v1/reload`, { method: "POST" });
    await until(() => told().includes("configuration null refused"));
    const stream = await fetch(`${adminUrl}/api/v1/events`);
    const log = { level: "debug" };
    await writeFile(join(folder, "fairlead.yaml"), stringify({ ...document, admin: { port: 0 }, log }));
    await fetch(`${adminUrl}/api/v1/reload`, { method: "POST" });
    program.signal("SIGTERM");
    assert.equal((await program.ended()).code, 0);
    assert.match(await stream.text(), /event: configuration\ndata: .*"is":"applied"/);
    assert.ok(told().includes("configuration null applied"));
    assert.deepEqual(
      got.flatMap(({ events }) => events.map(({ id }) => id)),
      Array.from({ length: told().length }, (_, index) => index + 1),
    );
  });
});
