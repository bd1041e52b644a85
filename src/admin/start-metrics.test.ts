import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { describe, it, type TestContext } from "node:test";
import { noLog } from "../observe/log.ts";
import { type MetricsListener, startMetrics } from "./start-metrics.ts";

const control = { metrics: () => [] };

async function start(t: TestContext, address: string, allow: readonly string[]): Promise<MetricsListener> {
  const listener = await startMetrics({ address, port: 0, allow, control, log: noLog });
  t.after(() => listener.close());
  return listener;
}

describe("startMetrics", () => {
  it("serves metrics and its own life, and nothing of the admin API", async (t) => {
    const { port } = await start(t, "127.0.0.1", ["127.0.0.1/32"]);
    const statusOf = async (path: string): Promise<number> => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    assert.deepEqual(
      await Promise.all(["/metrics", "/healthz", "/", "/api/v1/farms", "/readyz"].map(statusOf)),
      [200, 200, 404, 404, 404],
    );
  });

  it("says which format it speaks", async (t) => {
    const { port } = await start(t, "127.0.0.1", ["127.0.0.0/8"]);
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  });

  it("refuses those that are not allowed, on every path", async (t) => {
    const { port } = await start(t, "127.0.0.1", ["127.0.0.2/32", "::1/128"]);
    for (const path of ["/metrics", "/healthz", "/nothing"]) {
      assert.equal((await fetch(`http://127.0.0.1:${port}${path}`)).status, 403, path);
    }
  });

  it("knows an IPv4 client on a socket for both", async (t) => {
    const all = await start(t, "", ["127.0.0.1/32"]);
    assert.equal((await fetch(`http://127.0.0.1:${all.port}/metrics`)).status, 200);
  });

  it("serves another machine that is allowed", async (t) => {
    const own = Object.values(networkInterfaces())
      .flat()
      .find((network) => network?.family === "IPv4" && !network.internal);
    if (own === undefined) return t.skip("this machine has no address but loopback");
    const { port } = await start(t, "0.0.0.0", [`${own.address}/32`]);
    assert.equal((await fetch(`http://${own.address}:${port}/metrics`)).status, 200);
    assert.equal((await fetch(`http://127.0.0.1:${port}/metrics`)).status, 403);
    return undefined;
  });
});
