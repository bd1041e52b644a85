import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import type { LimitsConfig } from "../../src/config/config.ts";
import { createLabCertificates } from "../../src/lab/certificates.ts";
import { systemClock } from "../../src/util/clock.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { quiet } from "../support/quiet.ts";
import type { RawClient } from "../support/start-router.ts";
import { always } from "../support/raw-member.ts";
import { startSite } from "../support/site.ts";

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const members = [always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")];

function limited(limits: Partial<LimitsConfig>): { limits: LimitsConfig } {
  return { limits: { connections: null, connectionsPerClient: null, requests: null, ...limits } };
}

async function isServed(client: RawClient): Promise<boolean> {
  client.write(get);
  await client.until(({ text, ended, closed }) => text.includes("ok") || ended || closed);
  return client.text.includes("ok");
}

describe("a limit of connections", () => {
  for (const limits of [{ connections: 2 }, { connectionsPerClient: 2 }]) {
    it(`closes what is above it at once, and takes others once there is room: ${Object.keys(limits).join()}`, async (t) => {
      const site = await startSite(t, { members, config: limited(limits) });
      const [first, second] = [site.client(), site.client()];
      assert.equal(await isServed(first), true);
      assert.equal(await isServed(second), true);
      assert.equal(await isServed(site.client()), false);
      assert.equal(await isServed(second), true);
      first.close();
      await once(first.socket, "close");
      await quiet();
      assert.equal(await isServed(site.client()), true);
      assert.equal(await isServed(site.client()), false);
    });
  }

  it("closes before anything is read or a handshake begins", async (t) => {
    const { listener } = await createLabCertificates({ servers: [], published: ["a.test"] }, systemClock);
    const tls = aListenerTls([aCertificate(listener)]);
    const site = await startSite(t, { members, listener: { tls }, config: limited({ connections: 1 }) });
    await once(site.client().socket, "connect");
    await quiet();
    const refused = site.client();
    await refused.untilGone();
    assert.equal(refused.total, 0);
  });

  it("is not for proxies that are trusted", async (t) => {
    const config = {
      ...limited({ connectionsPerClient: 1 }),
      forwarded: { trusted: ["127.0.0.1/32"], standard: false },
    };
    const site = await startSite(t, { members, config });
    for (let count = 0; count < 3; count += 1) assert.equal(await isServed(site.client()), true);
  });

  it("is for the clients of a balancer, not for itself", async (t) => {
    const listener = { proxyProtocol: ["127.0.0.1/32"] };
    const site = await startSite(t, { members, listener, config: limited({ connectionsPerClient: 1 }) });
    const from = async (header: string): Promise<boolean> => isServed(site.client().write(header));
    assert.equal(await from("PROXY TCP4 192.0.2.1 198.51.100.1 1 443\r\n"), true);
    assert.equal(await from("PROXY TCP4 192.0.2.1 198.51.100.1 2 443\r\n"), false);
    assert.equal(await from("PROXY TCP4 192.0.2.2 198.51.100.1 3 443\r\n"), true);
    assert.equal(await from("PROXY UNKNOWN\r\n"), true);
    assert.equal(await from("PROXY UNKNOWN\r\n"), true);
  });
});
