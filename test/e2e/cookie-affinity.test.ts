import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { AffinityConfig, FarmConfig } from "../../src/config/farm-config.ts";
import { openRaw, type RawResponse } from "../../src/lab/testing/raw-client.ts";
import type { Check } from "../../src/health/check.ts";
import {
  ask,
  byCookie,
  cookiesOf,
  memberOf,
  named,
  namedMembers,
  okAnswer,
  type Respond,
  setServer,
  Visitor,
} from "../support/affinity.ts";
import { aFailover, aHealth } from "../support/configs.ts";
import { FakeClock } from "../support/fake-clock.ts";
import type { RawConnection } from "../support/raw-member.ts";
import { startSite, type Site, type SiteOptions } from "../support/site.ts";

async function boundSite(
  t: TestContext,
  affinity: AffinityConfig,
  options: SiteOptions & { readonly rest?: Partial<FarmConfig> } = {},
): Promise<Site> {
  const { rest, ...others } = options;
  return startSite(t, { members: namedMembers(3), farm: { affinity, ...rest }, ...others });
}

/** So many new visitors, each after its first visit. */
async function visitors(site: Site, count: number): Promise<(readonly [Visitor, string])[]> {
  const all: (readonly [Visitor, string])[] = [];
  for (let index = 0; index < count; index++) {
    const visitor = new Visitor(site.router.port);
    all.push([visitor, await visitor.member()]);
  }
  return all;
}

/** The cookie of a visitor that m1 … answer, by member. */
async function cookieOfEach(site: Site): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [visitor, member] of await visitors(site, 3)) found.set(member, visitor.jar.get("sid") ?? "");
  assert.deepEqual([...found.keys()], ["m1", "m2", "m3"]);
  return found;
}

function get(cookie: string): string {
  return `GET / HTTP/1.1\r\nHost: a\r\n${cookie}\r\n`;
}

describe("a client with a cookie", () => {
  it("gets it with its first answer alone, and comes back to the same member with it", async (t) => {
    const site = await boundSite(t, byCookie());
    const all = await visitors(site, 6);
    assert.deepEqual(
      all.map(([, member]) => member),
      ["m1", "m2", "m3", "m1", "m2", "m3"],
    );
    for (let round = 0; round < 3; round++) {
      for (const [visitor, member] of all) {
        const answer: RawResponse = await visitor.visit();
        assert.equal(memberOf(answer), member);
        assert.deepEqual(cookiesOf(answer), []);
      }
    }
    assert.equal(new Set(all.map(([visitor]) => visitor.jar.get("sid"))).size, 3);
  });

  it("passes it on to the member as it came, and the member's own cookies to the client", async (t) => {
    const answer = okAnswer.replace("\r\n\r\n", "\r\nSet-Cookie: own=1\r\nset-cookie: two=2; Path=/x\r\n\r\n");
    const requests: string[] = [];
    const respond = (request: string): string => {
      requests.push(request);
      return answer;
    };
    const site = await boundSite(t, byCookie(), { members: namedMembers(1, respond) });
    const visitor = new Visitor(site.router.port);
    const cookies = cookiesOf(await visitor.visit());
    assert.deepEqual(cookies.slice(0, 2), ["own=1", "two=2; Path=/x"]);
    assert.match(cookies[2] ?? "", /^sid=[\da-f]{32}; Path=\/; HttpOnly; SameSite=Lax$/);
    assert.deepEqual(cookiesOf(await visitor.visit()), ["own=1", "two=2; Path=/x"]);
    assert.match(requests[1] ?? "", /\r\nCookie: own=1; two=2; sid=[\da-f]{32}\r\n/);
  });

  it("has one with all attributes that are configured", async (t) => {
    const cookie = {
      name: "X_1",
      domain: "example.test",
      path: "/app",
      maxAgeSeconds: 60,
      sameSite: "strict",
    } as const;
    const site = await boundSite(t, byCookie({ ...cookie, secure: true, httpOnly: false }));
    const [line = ""] = cookiesOf(await ask(site.router.port));
    assert.match(line, /^X_1=[\da-f]{32}; Path=\/app; Domain=example\.test; Max-Age=60; Secure; SameSite=Strict$/);
  });

  it("is bound by every answer of a member, whatever it is", async (t) => {
    const answers: readonly (readonly [method: string, answer: string])[] = [
      ["HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n"],
      ["GET", "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"],
      ["GET", "HTTP/1.1 204 No Content\r\n\r\n"],
      ["GET", "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"],
      ["GET", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"],
      ["GET", "HTTP/1.1 500 Broken\r\nContent-Length: 2\r\n\r\nno"],
      ["GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"],
      ["GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"],
      ["GET", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
    ];
    for (const [method, answer] of answers) {
      const site = await boundSite(t, byCookie(), { members: namedMembers(1, () => answer) });
      const client = await openRaw(site.router.port);
      t.after(() => client.close());
      const text = `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`;
      let first = await client.request(text);
      if (first.status === 103) {
        assert.deepEqual(cookiesOf(first), []);
        first = await client.response();
      }
      assert.match(cookiesOf(first).join("|"), /^sid=[\da-f]{32};[^|]*$/, answer);
      const [cookie = ""] = cookiesOf(first)[0]?.split(";") ?? [];
      client.send(text.replace("\r\n\r\n", `\r\nCookie: ${cookie}\r\n\r\n`));
      let second = await client.response(method);
      if (second.status === 103) second = await client.response();
      assert.deepEqual(cookiesOf(second), [], answer);
    }
  });

  it("has it with HTTP/1.0 too", async (t) => {
    const site = await boundSite(t, byCookie());
    const client = await openRaw(site.router.port);
    client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
    assert.match(await client.rest(), /^HTTP\/1\.1 200 OK\r\n[^]*\r\nSet-Cookie: sid=[\da-f]{32}; [^]*\r\n\r\nok$/);
  });

  it("has it with the answer to an upgrade", async (t) => {
    const answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
    const site = await boundSite(t, byCookie(), { members: namedMembers(1, () => answer) });
    const upgrade = "Connection: Upgrade\r\nUpgrade: echo\r\n";
    const visitor = new Visitor(site.router.port);
    const first = await visitor.visit({ fields: upgrade });
    assert.equal(first.status, 101);
    assert.match(cookiesOf(first).join("|"), /^sid=[\da-f]{32};[^|]*$/);
    const second = await visitor.visit({ fields: upgrade });
    assert.deepEqual([second.status, cookiesOf(second)], [101, []]);
  });

  it("has it for each of its requests that came at once, by its own cookie", async (t) => {
    const site = await boundSite(t, byCookie());
    const cookies = await cookieOfEach(site);
    const client = await openRaw(site.router.port);
    t.after(() => client.close());
    const of = (member: string): string => get(`Cookie: sid=${cookies.get(member) ?? ""}\r\n`);
    client.send(`${of("m2")}${get("")}${of("m3")}${of("m3")}${get("Cookie: sid=none\r\n")}${of("m1")}`);
    const seen: string[] = [];
    for (let count = 0; count < 6; count++) {
      const answer: RawResponse = await client.response();
      seen.push(`${memberOf(answer)}${cookiesOf(answer).length === 0 ? "" : " new"}`);
      const [set = ""] = cookiesOf(answer);
      if (set !== "") assert.ok(set.startsWith(`sid=${cookies.get(memberOf(answer)) ?? "?"};`));
    }
    assert.deepEqual(seen, ["m2", "m1 new", "m3", "m3", "m2 new", "m1"]);
  });

  it("is none of a member for a value in the name of another cookie, or half of one", async (t) => {
    const site = await boundSite(t, byCookie());
    const value = (await cookieOfEach(site)).get("m2") ?? "";
    const strangers = [
      `Cookie: SID=${value}`,
      `Cookie: xsid=${value}`,
      `Cookie: a=sid=${value}`,
      `Cookie: sid${value}`,
      `Cookie: sid=${value.slice(1)}`,
      `Cookie: sid=${value}0`,
      `Cookie: sid==${value}`,
      `Cookie: sid="${value}`,
      "Cookie: sid=",
      "Cookie: sid",
      "Cookie: sid=__proto__",
      "Cookie: sid=constructor",
      "Cookie: ;;;=;=;sid;",
      "Cookie:",
      `Cookie: ${"sid=x; ".repeat(2000)}`,
      `Cookie: sid=${"a".repeat(60_000)}`,
      `X-Cookie: sid=${value}`,
      `Referer: /?\u00a0Cookie: sid=${value}`,
    ];
    for (const line of strangers) {
      const answer = await ask(site.router.port, { fields: `${line}\r\n` });
      assert.equal(answer.status, 200, line.slice(0, 60));
      assert.equal(cookiesOf(answer).length, 1, line.slice(0, 60));
    }
  });

  it("is known by it among others, in several lines, twice, and in any case", async (t) => {
    const site = await boundSite(t, byCookie());
    const cookies = await cookieOfEach(site);
    const value = cookies.get("m2") ?? "";
    const lines = [
      `cookie: a=b; sid=${value}`,
      `COOKIE:sid=${value};a=b`,
      `Cookie: a=b\r\nX: y\r\nCookie: sid=${value}`,
      `Cookie: sid=gone\r\nCookie: sid=${value}`,
      `Cookie: sid=; sid=${value}; sid=${cookies.get("m3") ?? ""}`,
      `Cookie: sid="${value}"`,
      `Cookie: sid=${value.toUpperCase()}`,
      `Cookie: \t sid = ${value} `,
      `Cookie: a="x;sid=${value}`,
    ];
    for (const line of lines) {
      const answer = await ask(site.router.port, { fields: `${line}\r\n` });
      assert.deepEqual([memberOf(answer), cookiesOf(answer)], ["m2", []], line);
    }
  });
});

describe("an answer of the router's own", () => {
  it("binds nobody", async (t) => {
    const site = await boundSite(t, byCookie());
    for (const server of ["m1", "m2", "m3"]) setServer(site.router, server, "unavailable");
    const answer = await ask(site.router.port);
    assert.deepEqual([answer.status, memberOf(answer), cookiesOf(answer)], [503, "no-member-available", []]);
  });

  it("binds nobody where the member was asked and failed", async (t) => {
    const members = [({ socket }: RawConnection): void => void socket.destroy()];
    const site = await boundSite(t, byCookie(), { members });
    const answer = await ask(site.router.port, { method: "POST", fields: "Content-Length: 0\r\n" });
    assert.deepEqual([answer.status, cookiesOf(answer)], [502, []]);
  });
});

describe("a client whose member is not available", () => {
  const bad = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

  it("is bound to another one, and stays there when its own comes back", async (t) => {
    const site = await boundSite(t, byCookie());
    const all = await visitors(site, 3);
    const [visitor] = all[1] ?? [];
    assert.ok(visitor !== undefined);
    setServer(site.router, "m2", "unavailable");
    const moved = await visitor.visit();
    const [cookie = ""] = cookiesOf(moved);
    assert.match(memberOf(moved), /^m[13]$/);
    assert.match(cookie, /^sid=/);
    setServer(site.router, "m2", "available");
    for (let round = 0; round < 4; round++) {
      const answer: RawResponse = await visitor.visit();
      assert.deepEqual([memberOf(answer), cookiesOf(answer)], [memberOf(moved), []]);
    }
  });

  const failures: readonly (readonly [string, Respond])[] = [
    ["answers 503", () => bad],
    [
      "closes",
      (_request, { socket }) => {
        socket.destroy();
        return null;
      },
    ],
  ];
  for (const [what, fail] of failures) {
    it(`goes elsewhere within the same request where it ${what}, with the other's cookie`, async (t) => {
      const broken = { now: false };
      const members = namedMembers(3);
      members[1] = named("m2", (...request) => (broken.now ? fail(...request) : okAnswer));
      const site = await boundSite(t, byCookie(), { members });
      const [, [visitor] = []] = await visitors(site, 3);
      broken.now = true;
      const moved = await visitor!.visit();
      assert.match(memberOf(moved), /^m[13]$/);
      assert.equal(cookiesOf(moved).length, 1);
      const again = await visitor!.visit();
      assert.deepEqual([memberOf(again), cookiesOf(again)], [memberOf(moved), []]);
    });
  }

  it("gets 503 with whenDown: refuse, and its member again when that is back", async (t) => {
    const site = await boundSite(t, byCookie({}, { whenDown: "refuse" }));
    const all = await visitors(site, 3);
    setServer(site.router, "m2", "unavailable");
    const [visitor] = all[1] ?? [];
    assert.ok(visitor !== undefined);
    const refused = await visitor.visit();
    assert.deepEqual([refused.status, memberOf(refused), cookiesOf(refused)], [503, "affinity-member-down", []]);
    assert.match(await new Visitor(site.router.port).member(), /^m[13]$/);
    setServer(site.router, "m2", "available");
    const back = await visitor.visit();
    assert.deepEqual([memberOf(back), cookiesOf(back)], ["m2", []]);
  });

  it("gets its member's own 503 with whenDown: refuse, not another member's answer", async (t) => {
    const broken = { now: false };
    const members = namedMembers(3, () => (broken.now ? bad : okAnswer));
    const site = await boundSite(t, byCookie({}, { whenDown: "refuse" }), { members });
    const [[visitor, member] = []] = await visitors(site, 1);
    broken.now = true;
    const answer = await visitor!.visit();
    assert.deepEqual([answer.status, memberOf(answer), cookiesOf(answer)], [503, member, []]);
  });

  it("stays while it drains; new clients go elsewhere", async (t) => {
    const site = await boundSite(t, byCookie());
    const all = await visitors(site, 3);
    setServer(site.router, "m2", "drain");
    const newcomers = await visitors(site, 6);
    assert.ok(newcomers.every(([, member]) => member !== "m2"));
    for (const [visitor, member] of all) {
      const answer: RawResponse = await visitor.visit();
      assert.deepEqual([memberOf(answer), cookiesOf(answer)], [member, []]);
    }
  });

  it("stays with it where none is available and those that are down are asked all the same", async (t) => {
    const clock = new FakeClock();
    const up = { now: true };
    const check: Check = async () => ({ ok: up.now, asked: "", came: "", status: 200, durationMs: 0, at: clock.now() });
    const rest = { failover: aFailover({ allDown: "panic" }), health: aHealth() };
    const site = await boundSite(t, byCookie(), { clock, check, rest });
    await clock.advance(0);
    const all = await visitors(site, 3);
    up.now = false;
    await clock.advance(20_000);
    assert.equal(site.numbers().healthy, false);
    for (const [visitor, member] of [...all, ...all].toReversed()) {
      const answer: RawResponse = await visitor.visit();
      assert.deepEqual([memberOf(answer), cookiesOf(answer)], [member, []]);
    }
  });
});
