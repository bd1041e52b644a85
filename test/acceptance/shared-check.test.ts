import assert from "node:assert/strict";
import { test } from "node:test";
import { startSite, type Site } from "../support/lab-site.ts";
import { serverOf } from "../support/server-of.ts";

const timeout = 30_000;
const lab = { servers: ["cas1", "cas2"].map((name) => ({ name, authentication: "none" as const, tls: false })) };

interface Got {
  readonly status: number;
  readonly server: string;
}

/** Requests on a connection of its own each. */
async function ask(site: Site, method: string, path: string, times = 12): Promise<Got[]> {
  const answers: Got[] = [];
  for (let time = 0; time < times; time++) {
    const client = await site.openPlain();
    const { status, head } = await client.request(
      `${method} ${path} HTTP/1.1\r\nHost: mail.exchange.localhost\r\nContent-Length: 0\r\n\r\n`,
    );
    answers.push({ status, server: serverOf(head) });
    client.close();
  }
  return answers;
}

function serversOf(answers: readonly Got[]): string[] {
  return [...new Set(answers.map(({ server }) => server))].toSorted();
}

test(
  "scenario A: EWS and OAB stop, OWA's check sees nothing, and the server goes on getting their requests",
  { timeout },
  async (t) => {
    const site = await startSite(t, { layout: "shared-check", lab });
    site.lab.stop("cas1", "ews");
    site.lab.stop("cas1", "oab");
    const posts = await ask(site, "POST", "/ews/exchange.asmx");
    // The flaw of this layout: what can't be sent twice fails on every request that the server gets.
    assert.deepEqual(serversOf(posts), ["CAS1", "CAS2"]);
    for (const { status, server } of posts) assert.equal(status, server === "CAS1" ? 503 : 200);
    // Only what may be sent twice is saved.
    const gets = await ask(site, "GET", "/oab/lab/oab.xml");
    assert.ok(gets.every(({ status, server }) => status === 200 && server === "CAS2"));
    const member = await site.member("mail", "cas1");
    assert.equal(member.healthy, true);
    assert.equal(member.reason, null);
    assert.deepEqual(serversOf(await ask(site, "GET", "/owa/")), ["CAS1", "CAS2"]);
  },
);

test(
  "scenario B: OWA stops, and the server gets no mail request at all, though EWS and OAB work there",
  { timeout },
  async (t) => {
    const site = await startSite(t, { layout: "shared-check", lab });
    site.lab.stop("cas1", "owa");
    await site.untilHealthy("mail", "cas1", false);
    for (const path of ["/owa/", "/ews/exchange.asmx", "/oab/lab/oab.xml"]) {
      const answers = await ask(site, "GET", path);
      assert.deepEqual(serversOf(answers), ["CAS2"]);
      assert.ok(answers.every(({ status }) => status === 200));
    }
    // Autodiscover has a check of its own.
    assert.equal((await site.member("autodiscover", "cas1")).healthy, true);
    assert.deepEqual(serversOf(await ask(site, "POST", "/autodiscover/autodiscover.xml")), ["CAS1", "CAS2"]);
    site.lab.start("cas1", "owa");
    await site.untilHealthy("mail", "cas1");
    // In its slow start it gets a tenth of its share, by chance.
    assert.deepEqual(serversOf(await ask(site, "GET", "/ews/exchange.asmx", 300)), ["CAS1", "CAS2"]);
  },
);
