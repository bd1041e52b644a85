import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { IdentityOfServer } from "../../src/config/farm-config.ts";
import { aHealth } from "../support/configs.ts";
import { always, RawMember } from "../support/raw-member.ts";
import { startSite, type Site } from "../support/site.ts";
import { until } from "../support/until.ts";

const names = ["ex1.tails.local", "ex2.tails.local"] as const;

/** Exchange's health page as a server of that name writes it. */
function page(name: string): string {
  const body = `200 OK<br/>${name.toUpperCase()}`;
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** Two members whose health pages name these servers; each is told who it should be. */
async function start(t: TestContext, pages: readonly string[], identities: readonly IdentityOfServer[]): Promise<Site> {
  const members: RawMember[] = [];
  for (const [index, name] of pages.entries()) members.push(await RawMember.start(`m${index + 1}`, always(page(name))));
  t.after(() => members.forEach((member) => member.close()));
  const [first, second] = members.map(({ config }, index) => ({ ...config, identity: identities[index]! }));
  return startSite(t, { farm: { members: [first!, second!], health: aHealth({ host: "" }) } });
}

const byHosts: readonly IdentityOfServer[] = [
  { own: null, others: [names[1]] },
  { own: null, others: [names[0]] },
];
const byNames: readonly IdentityOfServer[] = [
  { own: names[0], others: [names[1]] },
  { own: names[1], others: [names[0]] },
];

describe("a check", () => {
  for (const [title, identities] of [
    ["hosts", byHosts],
    ["identities", byNames],
  ] as const) {
    it(`that another server answers fails, and says who has answered (${title})`, async (t) => {
      const site = await start(t, [names[1], names[1]], identities);
      await until(() => site.numbers("m1").healthy === false && site.numbers("m2").healthy === true);
      assert.match(site.numbers("m1").reason ?? "", /: 200 OK, but ex2\.tails\.local has answered$/);
    });

    it(`that the server itself answers passes (${title})`, async (t) => {
      const site = await start(t, names, identities);
      await until(() => site.numbers("m1").healthy === true && site.numbers("m2").healthy === true);
    });
  }

  it("whose answer has no end passes by what was seen, when its time is up", async (t) => {
    const endless = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n200 OK\r\n";
    const member = await RawMember.start("m1", always(endless));
    t.after(() => member.close());
    const health = aHealth({ host: "", timeoutMs: 200 });
    const site = await startSite(t, { farm: { members: [{ ...member.config, identity: byHosts[0]! }], health } });
    await until(() => site.numbers("m1").healthy === true);
  });

  it("that somebody answers whom nobody knows fails where the server has to name itself", async (t) => {
    const site = await start(t, ["ex9.tails.local", names[1]], byNames);
    await until(() => site.numbers("m1").healthy === false);
    assert.match(site.numbers("m1").reason ?? "", /: 200 OK, but the body does not name ex1\.tails\.local$/);
  });
});
