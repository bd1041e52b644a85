import assert from "node:assert/strict";
import { test } from "node:test";
import { always, RawMember } from "../support/raw-member.ts";
import { runRouter } from "../support/running-router.ts";
import { RawClient } from "../support/start-router.ts";

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const burst = 30;

/** The statuses of one request on each connection. */
async function round(clients: readonly RawClient[]): Promise<string[]> {
  return Promise.all(
    clients.map(async (client) => {
      client.clear();
      const text = await client.write(get).untilText(/\r\n\r\n(?:ok|<!DOCTYPE[^]*<\/html>\n)$/);
      return text.slice(9, 12);
    }),
  );
}

test("workers share one limit of a client's requests", { timeout: 60_000 }, async (t) => {
  const member = await RawMember.start("m1", always("HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok"));
  t.after(() => member.close());
  const { port } = await runRouter(t, {
    listen: [{ port: 0, address: "127.0.0.1" }],
    servers: { m1: `http://127.0.0.1:${member.config.port}` },
    farms: { app: { servers: ["m1"] } },
    routes: [{ farm: "app", rate: { requests: "1/h", burst } }],
    workers: 2,
  });
  const clients = Array.from({ length: 10 }, () => new RawClient(port));
  t.after(() => {
    for (const client of clients) client.close();
  });
  let passed = 0;
  for (let statuses = ["200"]; statuses.includes("200");) {
    statuses = await round(clients);
    passed += statuses.filter((status) => status === "200").length;
    // They tell each other five times a second.
    await new Promise((resolve) => setTimeout(resolve, 600));
  }
  // What both let through before they have told each other may be too much; without telling it would be twice as much.
  assert.ok(passed >= burst && passed <= burst + clients.length, `${passed}`);
});
