import assert from "node:assert/strict";
import { test } from "node:test";
import type { FarmConfig } from "../../src/config/farm-config.ts";
import { aFailover, aFarm, aLiveTraffic } from "../support/configs.ts";
import type { RawConnection } from "../support/raw-member.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { startSite, type Site } from "../support/site.ts";
import type { RawClient } from "../support/start-router.ts";

const rounds = Number(process.env["CHAOS_ROUNDS"] ?? 25);
const seed = Number(process.env["CHAOS_SEED"] ?? 1);
const random = seededRandom(seed);
const below = (count: number): number => Math.floor(random() * count);
const pick = <T>(all: readonly T[]): T => all[below(all.length)]!;
const pause = async (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** How often the head of each POST came to a member. */
const arrivals = new Map<string, number>();

/** Answers with the request's id and the user that its connection was authenticated for, if it does. */
function unruly(connection: RawConnection): void {
  let user = "";
  let serving = "";
  const next = (): void => {
    const { text } = connection;
    const end = text.indexOf("\r\n\r\n");
    if (end === -1 || serving !== "") return;
    const head = text.slice(0, end);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    const id = /^x-id: (\S+)/im.exec(head)?.[1] ?? "?";
    const seen = /^authorization: NTLM (\S+)/im.exec(head)?.[1];
    if (seen !== undefined) user = seen;
    serving = id;
    if (head.startsWith("POST ")) arrivals.set(id, (arrivals.get(id) ?? 0) + 1);
    const body = `id=${id};user=${user};${"x".repeat(pick([0, 0, 10, 40_000]))}`;
    const ok = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const done = (): void => {
      connection.received = connection.received.subarray(end + 4 + length);
      serving = "";
      next();
    };
    const whole = (): boolean => connection.received.length >= end + 4 + length;
    const later = (ms: number, then: () => void): void => {
      setTimeout(() => {
        if (connection.closed) return;
        if (whole()) then();
        else later(5, then);
      }, ms);
    };
    const answer = (): void => {
      connection.write(ok);
      done();
    };
    const act = pick<() => void>([
      () => later(0, answer),
      () => later(0, answer),
      () => later(0, answer),
      () => later(below(80), answer),
      () => later(below(200), answer),
      () =>
        later(below(80), () => {
          connection.write("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
          done();
        }),
      () =>
        later(below(40), () => {
          connection.write(ok.slice(0, 20 + below(ok.length)));
          setTimeout(() => connection.socket.destroy(), below(30));
        }),
      () =>
        later(below(40), () => {
          connection.write(ok.slice(0, 30));
          setTimeout(() => {
            connection.write(ok.slice(30));
            done();
          }, below(40));
        }),
      () => later(below(40), () => void connection.socket.destroy()),
      () => later(below(40), () => void connection.socket.resetAndDestroy()),
      () => later(0, () => connection.write(`${ok}HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nid=stolen`)),
      () => {
        connection.write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
        later(below(60), answer);
      },
      () => void connection.write(ok),
      () =>
        later(0, () => {
          connection.write(
            `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n`,
          );
          setTimeout(() => {
            connection.write("0\r\n\r\n");
            done();
          }, below(30));
        }),
      () => later(0, () => connection.socket.end(`HTTP/1.1 200 OK\r\n\r\n${body}`)),
    ]);
    act();
  };
  connection.socket.on("data", next);
}

let lastId = 0;
/** From members, as far as they were seen. */
let answers = 0;

interface Asked {
  readonly id: string;
  readonly method: string;
}

/** A few requests on one connection, in all the ways of clients. */
async function visit(site: Site, user: string): Promise<void> {
  const client = site.client();
  const asked: Asked[] = [];
  const signsIn = below(3) === 0;
  for (let count = below(4); count >= 0; count--) {
    const id = `r${++lastId}`;
    const method = pick(["GET", "GET", "POST", "PUT"]);
    const length = method === "GET" ? 0 : pick([0, 5, 5, 70_000]);
    const auth = signsIn && below(2) === 0 ? `Authorization: NTLM ${user}\r\n` : "";
    const binds = below(2) === 0 ? `X-User: ${user}\r\n` : "";
    const sized = method === "GET" ? "" : `Content-Length: ${length}\r\n`;
    const head = `${method} / HTTP/1.1\r\nHost: a\r\nX-Id: ${id}\r\n${auth}${binds}${sized}\r\n`;
    asked.push({ id, method });
    const sent = below(6) === 0 ? below(length) : length;
    client.write(head + "b".repeat(sent));
    if (sent < length) {
      await pause(below(40));
      if (below(2) === 0) break;
      client.write("b".repeat(length - sent));
    }
    if (below(3) > 0) await pause(below(60));
  }
  const leave = below(8);
  if (leave === 0) client.socket.resetAndDestroy();
  else if (leave === 1) client.socket.end();
  await Promise.race([client.until(({ closed, ended }) => closed || ended).catch(() => undefined), pause(below(900))]);
  check(client, asked, user);
  client.close();
}

function check(client: RawClient, asked: readonly Asked[], user: string): void {
  let { text } = client;
  for (const { id } of asked) {
    text = text.replace(/^(HTTP\/1\.1 1\d\d [^]*?\r\n\r\n)+/, "");
    const end = text.indexOf("\r\n\r\n");
    if (end === -1) return;
    const head = text.slice(0, end);
    const own = /^x-fairlead-error: /im.test(head);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? Infinity);
    const body = text.slice(end + 4, end + 4 + Math.min(length, text.length));
    const first = /id=([^;]*);user=([^;]*);/.exec(body);
    if (!own && first !== null) {
      answers++;
      assert.equal(first[1], id, "the answer to another request");
      assert.ok(first[2] === "" || first[2] === user, `${user} got what is ${first[2]}'s`);
    }
    assert.ok(!body.includes("stolen"));
    if (length === Infinity) return;
    text = text.slice(end + 4 + length);
  }
}

function farmOf(site: Site, change: Partial<FarmConfig>): FarmConfig {
  const [first, ...others] = site.members.map(({ config }) => ({ ...config, maxRequests: pick([0, 0, 6]) }));
  if (first === undefined) throw new RangeError("a farm has a member");
  return aFarm({
    health: null,
    members: [first, ...others],
    balance: { name: pick(["round-robin", "least-requests", "power-of-two"] as const), key: null, bound: 0 },
    failover: aFailover({ tries: 3, hedgeMs: pick([0, 20, 50]), attemptMs: pick([0, 60]), replayBytes: 10_000 }),
    liveTraffic: aLiveTraffic({ action: "eject", fails: 20, withinMs: 1000, ejectMs: 50 }),
    timeouts: { connectMs: 300, responseMs: 250, idleMs: 300, keepAliveMs: 300, memberKeepAliveMs: 400 },
    queue: { length: 20, timeoutMs: 100 },
    ...change,
  });
}

test("whatever happens, nobody gets another's answer, no POST is sent twice, and nothing is left", async (t) => {
  const site = await startSite(t, { members: [unruly, unruly, unruly] });
  const { router } = site;
  const key = { source: "header", name: "X-User" } as const;
  const affinity = { cookie: null, key, membersPerHost: 0, whenDown: "rebalance", idleMs: 60_000 } as const;
  const visits: Promise<void>[] = [];
  for (let round = 0; round < rounds; round++) {
    const farm = farmOf(site, {
      affinity: pick([null, affinity]),
      connectionAuth: pick(["auto", "auto", "auto", "pin"] as const),
    });
    await router.apply({ ...router.control.config, farms: [farm] });
    for (let clients = 0; clients < 12; clients++) visits.push(visit(site, `u${round}-${clients}`));
    await pause(below(60));
    router.control.setState(
      { server: pick(["m1", "m2"]), farm: "owa" },
      {
        state: pick(["available", "available", "drain", "unavailable"] as const),
        by: "ann",
        note: "",
        deadlineMs: null,
        cut: false,
      },
    );
    const cut = { state: "unavailable", by: "ann", note: "", deadlineMs: null, cut: true } as const;
    if (below(3) === 0) router.control.setState({ server: pick(["m1", "m2"]), farm: "owa" }, cut);
    await pause(below(60));
    const back = { state: "available", by: "ann", note: "", deadlineMs: null, cut: false } as const;
    for (const server of ["m1", "m2"]) {
      if (below(4) > 0) router.control.setState({ server, farm: "owa" }, back);
    }
  }
  await Promise.all(visits);
  assert.ok(answers > rounds, `${answers} answers`);
  assert.ok(arrivals.size > rounds);
  assert.deepEqual(
    [...arrivals].filter(([, times]) => times > 1),
    [],
  );
  await site.untilIdle();
  await pause(700);
  for (const server of ["m1", "m2", "m3"]) {
    const { current, held } = site.numbers(server);
    assert.deepEqual({ server, current, held }, { server, current: 0, held: 0 });
  }
});
