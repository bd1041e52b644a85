import assert from "node:assert/strict";
import { test } from "node:test";
import type { PoolFault } from "../../src/lab/pool.ts";
import { startSite, type ExpandedDocument, type Site } from "../support/lab-site.ts";
import { serverOf } from "../support/server-of.ts";
import { until } from "../support/until.ts";

const timeout = 30_000;
const guests = { tls: false, authentication: "none" } as const;
const one = { servers: [{ name: "cas1", ...guests }] };
const two = { servers: ["cas1", "cas2"].map((name) => ({ name, ...guests })) };

function line(method: string, path = "/ews/exchange.asmx"): string {
  return `${method} ${path} HTTP/1.1\r\nHost: ${path.split("/")[1]}.exchange.localhost\r\n${method === "POST" ? "Content-Length: 0\r\n" : ""}\r\n`;
}

const errorOf = (head: string): string => /^X-Fairlead-Error: (.*)\r$/m.exec(head)?.[1] ?? "";

async function failuresOf(site: Site, farm: string, server: string): Promise<number> {
  site.router.report();
  return (await site.member(farm, server)).failed;
}

test("all members are down: 503 and why, until one is back", { timeout }, async (t) => {
  const site = await startSite(t, { lab: two });
  for (const server of ["cas1", "cas2"]) site.lab.stop(server, "owa");
  for (const server of ["cas1", "cas2"]) await site.untilHealthy("owa", server, false);
  const client = await site.openPlain();
  t.after(() => client.close());
  for (const method of ["GET", "POST", "HEAD"]) {
    const { status, head, body } = await client.request(line(method, "/owa/"));
    assert.equal(status, 503);
    assert.equal(errorOf(head), "no-member-available");
    assert.doesNotMatch(head + body, /127\.0\.0\.1|cas1/i);
  }
  // The other protocols are not concerned.
  assert.equal((await client.request(line("GET", "/ews/"))).status, 200);
  site.lab.start("cas2", "owa");
  await site.untilHealthy("owa", "cas2");
  const answer = await client.request(line("GET", "/owa/"));
  assert.equal(answer.status, 200);
  assert.equal(serverOf(answer.head), "CAS2");
});

test("a server that is gone: its requests go to the other one at once", { timeout }, async (t) => {
  const site = await startSite(t, { lab: two });
  await site.lab.server("cas1").close();
  for (let time = 0; time < 4; time++) {
    const client = await site.openPlain();
    // Nothing of it was sent: any method may go elsewhere.
    const { status, head } = await client.request(line("POST"));
    assert.equal(status, 200);
    assert.equal(serverOf(head), "CAS2");
    client.close();
  }
  const { reason } = await site.untilHealthy("ews", "cas1", false);
  assert.match(reason ?? "", /ews\/HealthCheck\.htm .*: connection refused/);
});

function impatient({ farms }: ExpandedDocument): void {
  farms["ews"]!["timeouts"] = { response: "500ms", idle: "500ms" };
}

for (const [fault, status, code] of [
  ["reset", 502, "member-closed"],
  ["garbage", 502, "bad-response"],
] as const satisfies readonly (readonly [PoolFault, number, string])[]) {
  test(
    `a member that answers with ${fault}: ${status}, and the client's connection goes on`,
    { timeout },
    async (t) => {
      const site = await startSite(t, { lab: one, change: impatient });
      const client = await site.openPlain();
      t.after(() => client.close());
      site.lab.fault("cas1", "ews", fault, 1);
      const failed = await client.request(line("POST"));
      assert.equal(failed.status, status);
      assert.equal(errorOf(failed.head), code);
      assert.equal((await client.request(line("POST"))).status, 200);
      assert.equal(await failuresOf(site, "ews", "cas1"), 1);
    },
  );
}

test("a member that hangs: 504", { timeout }, async (t) => {
  const site = await startSite(t, { lab: one, change: impatient });
  const client = await site.openPlain();
  t.after(() => client.close());
  site.lab.hang("cas1", "ews");
  const failed = await client.request(line("POST"));
  assert.equal(failed.status, 504);
  assert.equal(errorOf(failed.head), "response-timeout");
  assert.equal(await failuresOf(site, "ews", "cas1"), 1);
});

for (const fault of ["close-early", "stall"] as const) {
  test(`a body that is cut short (${fault}) ends the client's connection instead of lying`, { timeout }, async (t) => {
    const site = await startSite(t, { lab: one, change: impatient });
    const client = await site.openPlain();
    t.after(() => client.close());
    site.lab.fault("cas1", "ews", fault, 1);
    client.send(line("POST"));
    const answer = await client.rest();
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\nContent-Length: 1000\r\n/);
    assert.ok((answer.split("\r\n\r\n")[1] ?? "").length < 1000);
    assert.equal(client.error, "ECONNRESET");
  });
}

test("a client that goes away is not the member's fault", { timeout }, async (t) => {
  const site = await startSite(t, { lab: one });
  const client = await site.openPlain();
  site.lab.hang("cas1", "oab");
  client.send(line("GET", "/oab/oab.xml"));
  await until(() => site.lab.pool("cas1", "oab").requests === 1);
  client.close();
  const running = async (): Promise<number> => {
    site.router.report();
    return (await site.member("oab", "cas1")).current;
  };
  await until(async () => (await running()) === 0);
  assert.equal(await failuresOf(site, "oab", "cas1"), 0);
});
