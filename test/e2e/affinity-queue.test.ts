import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { RawClient } from "../support/start-router.ts";
import { byCookie, cookiesOf, memberOf, named, okAnswer } from "../support/affinity.ts";
import { startSite, type Site } from "../support/site.ts";
import { until } from "../support/until.ts";

const get = (target: string, cookie = ""): string => `GET ${target} HTTP/1.1\r\nHost: a\r\n${cookie}\r\n`;

function respond(request: string): string | null {
  return request.includes(" /slow ") ? null : okAnswer;
}

/** Two members that take one request at a time; those for /slow are not answered. */
async function busySite(t: TestContext, queueLength = 100): Promise<{ site: Site; cookie: string; other: string }> {
  const site = await startSite(t, {
    members: [named("m1", respond), named("m2", respond)],
    farm: { affinity: byCookie(), queue: { length: queueLength, timeoutMs: 60_000 } },
  });
  const { config } = site.router.control;
  const [farm] = config.farms;
  const [first, second] = site.members.map((member) => ({ ...member.config, maxRequests: 1 }));
  assert.ok(farm !== undefined && first !== undefined && second !== undefined);
  await site.router.apply({ ...config, farms: [{ ...farm, members: [first, second] }] });
  const cookies: string[] = [];
  for (const member of ["m1", "m2"]) {
    const head = await site.client().write(get("/")).untilText("\r\n\r\nok");
    assert.equal(memberOf({ head }), member);
    cookies.push(`Cookie: ${cookiesOf({ head })[0]?.split(";")[0] ?? ""}\r\n`);
  }
  return { site, cookie: cookies[0] ?? "", other: cookies[1] ?? "" };
}

/** Bound to m1: it works on one request, and so many wait for it. */
async function occupy({ site, cookie }: { site: Site; cookie: string }, waiting: number): Promise<RawClient[]> {
  site.client().write(get("/slow", cookie));
  await until(() => site.numbers("m1").current === 1);
  return Array.from({ length: waiting }, () => site.client().write(get("/waits", cookie)));
}

describe("a client whose member is busy", () => {
  it("waits for it, though another one is free", async (t) => {
    const busy = await busySite(t);
    const [waiting] = await occupy(busy, 1);
    const head = await busy.site.client().write(get("/", busy.other)).untilText("\r\n\r\nok");
    assert.equal(memberOf({ head }), "m2");
    assert.equal(waiting?.text, "");
    const connection = await busy.site.member.connection();
    connection.write(okAnswer.replace("\r\n", "\r\nX-Member: m1\r\n"));
    const answer = await waiting?.untilText("\r\n\r\nok");
    assert.deepEqual([memberOf({ head: answer ?? "" }), cookiesOf({ head: answer ?? "" })], ["m1", []]);
  });

  for (const [what, length, waiting] of [
    ["", 100, 1],
    [", even where the line is full", 2, 2],
  ] as const) {
    it(`keeps no others from a free one${what}`, async (t) => {
      const busy = await busySite(t, length);
      await occupy(busy, waiting);
      for (const cookie of ["", busy.other, ""]) {
        const head = await busy.site
          .client()
          .write(get("/", cookie))
          .untilText(/\r\n\r\n(?:ok|<)/);
        assert.equal(memberOf({ head }), "m2");
      }
    });
  }

  it("has its turn after those who came before", async (t) => {
    const busy = await busySite(t);
    const [first, second] = await occupy(busy, 2);
    const connection = await busy.site.member.connection();
    const order: string[] = [];
    first?.socket.on("data", () => order.push("first"));
    second?.socket.on("data", () => order.push("second"));
    connection.write(okAnswer);
    await second?.untilText("\r\n\r\nok");
    assert.deepEqual(order, ["first", "second"]);
  });
});
