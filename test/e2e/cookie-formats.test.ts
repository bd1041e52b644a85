import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AffinityCookieConfig } from "../../src/config/farm-config.ts";
import { arrCookieValue } from "../../src/farm/affinity/cookie-value.ts";
import { ask, byCookie, cookiesOf, memberOf, namedMembers, okAnswer, Visitor } from "../support/affinity.ts";
import { startSite } from "../support/site.ts";

/** As ARR makes them; both members stand on this machine. */
const arrValues = {
  m1: ["127.0.0.1", arrCookieValue("127.0.0.1")],
  m2: ["localhost", "b50d1c30c1e51b16cfc09abd76eb84c72967b2e720947c18c2b6ea8e9931250c"],
} as const;

describe("a cookie in ARR's format", () => {
  const affinity = byCookie({ name: "ARRAffinity", format: "arr", sameSite: null, httpOnly: false });

  async function arrSite(t: Parameters<typeof startSite>[0]) {
    const site = await startSite(t, { members: namedMembers(2), farm: { affinity } });
    const { config } = site.router.control;
    const [farm] = config.farms;
    const [first, second] = site.members.map((member) => member.config);
    assert.ok(farm !== undefined && first !== undefined && second !== undefined);
    const members = [first, { ...second, host: "LocalHost" }] as const;
    await site.router.apply({ ...config, farms: [{ ...farm, members }] });
    return site;
  }

  it("is what ARR would have set", async (t) => {
    const site = await arrSite(t);
    for (const member of ["m1", "m2"] as const) {
      const answer = await ask(site.router.port);
      assert.equal(memberOf(answer), member);
      assert.deepEqual(cookiesOf(answer), [`ARRAffinity=${arrValues[member][1]}; Path=/`]);
    }
  });

  it("that ARR has set keeps its member, in lower and upper case", async (t) => {
    const site = await arrSite(t);
    for (const member of ["m2", "m2", "m1", "m2", "m1", "m1"] as const) {
      const [, value] = arrValues[member];
      for (const written of [value, value.toUpperCase()]) {
        const answer = await ask(site.router.port, { fields: `Cookie: a=b; ARRAffinity=${written}\r\n` });
        assert.deepEqual([memberOf(answer), cookiesOf(answer)], [member, []]);
      }
    }
  });

  it("of a server that is gone is replaced", async (t) => {
    const site = await arrSite(t);
    const fields = `Cookie: ARRAffinity=${arrCookieValue("192.168.1.11")}\r\n`;
    assert.equal(cookiesOf(await ask(site.router.port, { fields })).length, 1);
  });
});

function withField(line: string): string {
  return okAnswer.replace("\r\n\r\n", `\r\n${line}\r\n\r\n`);
}

function onlyFree(request: string): string {
  return request.includes("/free") ? withField("Arr-Disable-Session-Affinity: true") : okAnswer;
}

describe("Arr-Disable-Session-Affinity", () => {
  for (const line of ["Arr-Disable-Session-Affinity: true", "ARR-DISABLE-SESSION-AFFINITY:True "]) {
    it(`"${line}" of a member spares the client the cookie, and is not passed on`, async (t) => {
      const site = await startSite(t, {
        members: namedMembers(1, () => withField(`X-A: b\r\n${line}\r\nSet-Cookie: own=1`)),
        farm: { affinity: byCookie() },
      });
      const answer = await ask(site.router.port);
      assert.deepEqual(cookiesOf(answer), ["own=1"]);
      assert.match(answer.head, /\r\nX-A: b\r\nSet-Cookie: own=1\r\n/);
      assert.doesNotMatch(answer.head, /session-affinity/i);
    });
  }

  it("with another value says nothing, and is not passed on either", async (t) => {
    const site = await startSite(t, {
      members: namedMembers(1, () => withField("Arr-Disable-Session-Affinity: false")),
      farm: { affinity: byCookie() },
    });
    const answer = await ask(site.router.port);
    assert.equal(cookiesOf(answer).length, 1);
    assert.doesNotMatch(answer.head, /session-affinity/i);
  });

  it("holds for one answer, not for the next one on the same connection", async (t) => {
    const site = await startSite(t, { members: namedMembers(1, onlyFree), farm: { affinity: byCookie() } });
    const visitor = new Visitor(site.router.port);
    assert.deepEqual(cookiesOf(await visitor.visit({ target: "/free" })), []);
    assert.equal(cookiesOf(await visitor.visit()).length, 1);
    assert.equal(site.member.connections.length, 1);
  });

  it("spares it with the answer to an upgrade too", async (t) => {
    const upgrade = "Connection: Upgrade\r\nUpgrade: echo\r\n";
    const answer = `HTTP/1.1 101 Yes\r\n${upgrade}Arr-Disable-Session-Affinity: true\r\n\r\n`;
    const site = await startSite(t, { members: namedMembers(1, () => answer), farm: { affinity: byCookie() } });
    const { head, status } = await ask(site.router.port, { fields: upgrade });
    assert.deepEqual([status, cookiesOf({ head })], [101, []]);
    assert.doesNotMatch(head, /session-affinity/i);
  });
});

describe("Secure, and SameSite=None that needs it", () => {
  const cases: readonly (readonly [Partial<AffinityCookieConfig>, http: string])[] = [
    [{}, "; HttpOnly; SameSite=Lax"],
    [{ sameSite: "none" }, "; HttpOnly"],
    [{ secure: true, sameSite: "none" }, "; HttpOnly; Secure; SameSite=None"],
    [{ secure: false, sameSite: null }, "; HttpOnly"],
  ];
  for (const [cookie, http] of cases) {
    it(`with ${JSON.stringify(cookie)} are by http "${http}"`, async (t) => {
      const site = await startSite(t, { members: namedMembers(1), farm: { affinity: byCookie(cookie) } });
      const [line = ""] = cookiesOf(await ask(site.router.port));
      assert.equal(line.replace(/^sid=[\da-f]{32}; Path=\//, ""), http);
    });
  }
});
