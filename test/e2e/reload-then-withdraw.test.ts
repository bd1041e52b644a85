import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { quiet } from "../support/quiet.ts";
import { always } from "../support/raw-member.ts";
import { startSite, type Site } from "../support/site.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const cut = { state: "unavailable", by: "ann", note: "", deadlineMs: null, cut: true } as const;

/** A configuration that says the same of this farm, but is another one. */
async function reload({ router }: Site): Promise<void> {
  const { config } = router.control;
  await router.apply({ ...config, farms: config.farms.map((farm) => ({ ...farm, slowStartMs: 1 })) });
}

describe("a request that began before a reload", () => {
  it("is answered with 503 where its member is cut off and was the only one", async (t) => {
    const site = await startSite(t);
    const client = site.client().write(get);
    await (await site.member.connection()).untilText("\r\n\r\n");
    await reload(site);
    site.router.control.setState({ server: "m1", farm: "owa" }, cut);
    assert.match(await client.untilText("member-withdrawn"), /^HTTP\/1\.1 503 /);
    await site.untilIdle();
    await quiet();
    assert.equal(site.member.connections.length, 1);
  });

  it("goes to no member that was taken out since", async (t) => {
    const site = await startSite(t, { members: [null, always(ok), always(ok)] });
    const client = site.client().write(get);
    const first = await site.member.connection();
    await first.untilText("\r\n\r\n");
    await reload(site);
    site.router.control.setState({ server: "m2", farm: "owa" }, { ...cut, cut: false });
    first.socket.destroy();
    assert.equal(await client.untilText("ok"), ok);
    assert.deepEqual(
      site.members.map(({ connections }) => connections.length),
      [1, 0, 1],
    );
  });
});
