import assert from "node:assert/strict";
import { createServer } from "node:net";
import { once } from "node:events";
import { describe, it, type TestContext } from "node:test";
import type { FailoverConfig } from "../../src/config/farm-config.ts";
import { authenticating } from "../support/authenticating.ts";
import { aFailover, aLiveTraffic, aMember } from "../support/configs.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { portOf } from "../support/port-of.ts";
import { quiet } from "../support/quiet.ts";
import { always, type RawConnection } from "../support/raw-member.ts";
import { startSite, type Site } from "../support/site.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const timeouts = {
  connectMs: 5000,
  responseMs: 10_000,
  idleMs: 20_000,
  keepAliveMs: 60_000,
  memberKeepAliveMs: 60_000,
};

function request(method: string, body = "", fields = ""): string {
  const length = body === "" ? "" : `Content-Length: ${body.length}\r\n`;
  return `${method} / HTTP/1.1\r\nHost: a\r\n${fields}${length}\r\n${body}`;
}

function status(code: number): string {
  return `HTTP/1.1 ${code} No\r\nDate: x\r\nContent-Length: 3\r\n\r\n${code}`;
}

/** Once a whole request is there, with its body. */
function onRequest(react: (connection: RawConnection) => void): (connection: RawConnection) => void {
  return (connection) => {
    connection.socket.on("data", () => {
      const [head = "", body] = connection.text.split("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (body === undefined || body.length < length) return;
      react(connection);
    });
  };
}

const closing = onRequest(({ socket }) => socket.end());
const answering = onRequest((connection) => {
  connection.clear();
  connection.write(ok);
});

/** Requests that came to each member. */
function arrived(site: Site): number[] {
  return site.members.map(({ connections }) => connections.length);
}

type Row = readonly [
  title: string,
  member: (connection: RawConnection) => void,
  sent: string,
  failover: Partial<FailoverConfig>,
  moved: boolean,
];

const body = "abc";
const closed: readonly Row[] = [
  ["GET that was sent goes elsewhere", closing, request("GET"), {}, true],
  ["HEAD goes elsewhere", closing, request("HEAD"), {}, true],
  ["PUT goes elsewhere", closing, request("PUT", body), {}, true],
  ["DELETE goes elsewhere", closing, request("DELETE"), {}, true],
  ["POST does not", closing, request("POST", body), {}, false],
  ["POST without a body does not", closing, request("POST", "", "Content-Length: 0\r\n"), {}, false],
  ["PATCH does not", closing, request("PATCH", body), {}, false],
  ["a method that nobody knows does not", closing, request("PURGE"), {}, false],
  ["GET where only what is safe is repeated goes elsewhere", closing, request("GET"), { repeat: "safe" }, true],
  ["PUT where only what is safe is repeated does not", closing, request("PUT", body), { repeat: "safe" }, false],
  ["POST where anything is repeated goes elsewhere", closing, request("POST", body), { repeat: "any" }, true],
  ["a body of what is kept goes elsewhere", closing, request("PUT", "x".repeat(1000)), { replayBytes: 1000 }, true],
  ["a body of more does not", closing, request("PUT", "x".repeat(1001)), { replayBytes: 1000 }, false],
  ["no body where nothing is kept goes elsewhere", closing, request("GET"), { replayBytes: 0 }, true],
  ["nothing where there is one attempt goes elsewhere", closing, request("GET"), { tries: 1 }, false],
];

describe("after the member has closed,", () => {
  for (const [title, member, sent, failover, moved] of closed) {
    it(title, async (t) => {
      const site = await startSite(t, {
        members: [member, answering],
        farm: { failover: aFailover(failover), timeouts },
      });
      const client = site.client().write(sent);
      const text = await client.untilText(/200 OK[^]*\r\n\r\n|<\/html>/);
      assert.match(text, moved ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 502 [^]*\r\nX-Fairlead-Error: member-closed\r\n/);
      assert.deepEqual(arrived(site), moved ? [1, 1] : [1, 0]);
      if (moved) assert.ok(site.members[1]!.connections[0]!.total >= sent.length);
      await site.untilIdle();
      assert.deepEqual([site.numbers("m1").failed, site.numbers("m2").failed], [1, 0]);
    });
  }
});

describe("a status", () => {
  const rows: readonly [
    title: string,
    code: number,
    sent: string,
    failover: Partial<FailoverConfig>,
    moved: boolean,
  ][] = [
    ...[502, 503, 504].flatMap((code): typeof rows => [
      [`${code} to GET goes elsewhere`, code, request("GET"), {}, true],
      [`${code} to POST is relayed as it came`, code, request("POST", body), {}, false],
      [`${code} to PUT is relayed as it came`, code, request("PUT", body), {}, false],
      [
        `${code} to POST where anything is repeated goes elsewhere`,
        code,
        request("POST", body),
        { repeat: "any" },
        true,
      ],
    ]),
    ...[200, 401, 403, 404, 429, 500, 501, 507].map((code): (typeof rows)[number] => [
      `${code} is relayed as it came`,
      code,
      request("GET"),
      {},
      false,
    ]),
  ];
  for (const [title, code, sent, failover, moved] of rows) {
    it(title, async (t) => {
      const member = onRequest(({ socket }) => socket.write(status(code)));
      const site = await startSite(t, { members: [member, answering], farm: { failover: aFailover(failover) } });
      const text = await site
        .client()
        .write(sent)
        .untilText(/\r\n\r\n.+$/);
      assert.equal(text, moved ? ok : status(code));
      assert.deepEqual(arrived(site), moved ? [1, 1] : [1, 0]);
      assert.equal(site.numbers("m1").failed, code > 501 && code < 505 ? 1 : 0);
    });
  }

  it("is relayed where the client was told to go on", async (t) => {
    const member = onRequest(({ socket }) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${status(503)}`));
    const site = await startSite(t, { members: [member, answering] });
    const text = await site.client().write(request("GET")).untilText(/503$/);
    assert.equal(text, `HTTP/1.1 100 Continue\r\n\r\n${status(503)}`);
    assert.deepEqual(arrived(site), [1, 0]);
  });

  it("is relayed where the farm has nobody else", async (t) => {
    const site = await startSite(t, { members: [onRequest(({ socket }) => socket.write(status(503)))] });
    assert.equal(await site.client().write(request("GET")).untilText(/503$/), status(503));
  });
});

describe("a request", () => {
  it("goes to all of three members, each once, and then fails", async (t) => {
    const site = await startSite(t, {
      members: [closing, closing, closing],
      farm: { failover: aFailover({ tries: 3 }) },
    });
    assert.match(await site.client().write(request("GET")).untilText("</html>"), /^HTTP\/1\.1 502 /);
    assert.deepEqual(arrived(site), [1, 1, 1]);
  });

  it("of which nothing was sent goes on to the third member, whatever its method", async (t) => {
    const port = await freePort();
    const site = await startSite(t, { members: [answering] });
    const refusing = ["m1", "m2"].map((name, index) => aMember(name, index === 0 ? "127.0.0.1" : "localhost", port));
    const farm = { members: [refusing[0]!, refusing[1]!, { ...site.member.config, server: "m3" }] as const };
    const failover = aFailover({ tries: 3, repeat: "safe" });
    const other = await startSite(t, {
      farm: { ...farm, failover, balance: { name: "round-robin", key: null, bound: 0 } },
    });
    assert.equal(await other.client().write(request("POST", body)).untilText("ok"), ok);
    assert.match(site.member.connections[0]!.text, /^$/);
    assert.equal(site.member.connections.length, 1);
  });

  for (const connectionAuth of ["auto", "pin"] as const) {
    it(`on an authenticated connection goes nowhere else, mode ${connectionAuth}`, async (t) => {
      let member = authenticating;
      const site = await startSite(t, { members: [(one) => member(one), authenticating], farm: { connectionAuth } });
      const client = site.client().write(request("GET", "", "Authorization: Negotiate alice\r\n"));
      await client.untilText("alice");
      member = closing;
      const [connection] = [...site.members[0]!.connections, ...site.members[1]!.connections];
      connection!.socket.removeAllListeners("data").on("data", () => connection!.socket.end());
      client.clear();
      const text = await client.write(request("GET")).untilEnd();
      assert.match(text, /^HTTP\/1\.1 502 [^]*\r\nConnection: close\r\n/);
      assert.equal(site.members[0]!.connections.length + site.members[1]!.connections.length, 1);
    });
  }

  it("fails as it failed where the budget is used up", async (t) => {
    const failover = aFailover({ budget: 0.01 });
    const site = await startSite(t, {
      members: [always(status(503)), answering],
      farm: { failover, liveTraffic: null },
    });
    let relayed = 0;
    const client = site.client();
    for (let sent = 0; sent < 230; sent++) {
      client.clear();
      const text = await client.write(request("GET")).untilText(/(ok|503)$/);
      if (text === status(503)) relayed++;
    }
    assert.ok(relayed > 0, "the budget has an end");
    assert.ok(relayed <= 230 - 100, `${relayed} were not sent again`);
  });

  it("of which nothing was sent needs no budget", async (t) => {
    const port = await freePort();
    const site = await startSite(t, { members: [answering] });
    const farm = { members: [aMember("m1", "127.0.0.1", port), { ...site.member.config, server: "m2" }] as const };
    const failover = aFailover({ budget: 0.01 });
    const other = await startSite(t, { farm: { ...farm, failover, liveTraffic: null } });
    const client = other.client();
    for (let sent = 0; sent < 250; sent++) {
      client.clear();
      assert.equal(await client.write(request("POST", body)).untilText(/ok$|<\/html>/), ok);
    }
  });
});

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startPatient(
  t: TestContext,
  clock: FakeClock,
  failover: Partial<FailoverConfig>,
  members = 2,
): Promise<Site> {
  return startSite(t, {
    members: [null, answering].slice(0, members),
    farm: {
      failover: aFailover({ attemptMs: 1000, ...failover }),
      timeouts,
      liveTraffic: aLiveTraffic({ fails: 100 }),
    },
    clock,
  });
}

describe("attemptTimeout", () => {
  it("sends elsewhere what is not answered by then", async (t) => {
    const clock = new FakeClock();
    const site = await startPatient(t, clock, {});
    const client = site.client().write(request("GET"));
    await (await site.member.connection()).untilText("\r\n\r\n");
    await clock.advance(900);
    await quiet();
    assert.equal(client.text, "");
    await clock.advance(300);
    assert.equal(await client.untilText("ok"), ok);
    assert.equal(site.numbers("m1").failed, 1);
  });

  const patient: readonly [string, string, Partial<FailoverConfig>, number][] = [
    ["POST, which may not be sent again", request("POST", body), {}, 2],
    ["the last attempt", request("GET"), { tries: 1 }, 2],
    ["what nobody else could answer", request("GET"), {}, 1],
  ];
  for (const [title, sent, failover, members] of patient) {
    it(`is not for ${title}`, async (t) => {
      const clock = new FakeClock();
      const site = await startPatient(t, clock, failover, members);
      const client = site.client().write(sent);
      await (await site.member.connection()).untilText(/\r\n\r\n(abc)?$/);
      await clock.advance(9800);
      await quiet();
      assert.equal(client.text, "");
      await clock.advance(500);
      assert.match(await client.untilText("</html>"), /^HTTP\/1\.1 504 [^]*\r\nX-Fairlead-Error: response-timeout\r\n/);
    });
  }

  it("never gives a member more time than it has for its response", async (t) => {
    const clock = new FakeClock();
    const site = await startPatient(t, clock, { attemptMs: 50_000 });
    const client = site.client().write(request("GET"));
    await (await site.member.connection()).untilText("\r\n\r\n");
    await clock.advance(10_300);
    assert.equal(await client.untilText("ok"), ok);
  });

  it("is the last attempt's after all where the other member has gone meanwhile", async (t) => {
    const clock = new FakeClock();
    const site = await startPatient(t, clock, {});
    const client = site.client().write(request("GET"));
    const connection = await site.member.connection();
    await connection.untilText("\r\n\r\n");
    site.router.control.setState(
      { server: "m2", farm: "owa" },
      { state: "unavailable", by: "t", note: "", deadlineMs: null, cut: false },
    );
    await clock.advance(5000);
    await quiet();
    assert.equal(client.text, "");
    connection.write(ok);
    assert.equal(await client.untilText("ok"), ok);
  });
});
