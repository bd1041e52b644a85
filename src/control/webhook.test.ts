import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { beforeEach, describe, it, type TestContext } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { portOf } from "../../test/support/port-of.ts";
import { aNewEvent } from "../../test/support/router-event.ts";
import { until } from "../../test/support/until.ts";
import type { WebhookConfig } from "../config/config.ts";
import { systemClock } from "../util/clock.ts";
import { EventRing } from "./event-ring.ts";
import type { Fetch, WebhookBody } from "./post-events.ts";
import { Webhook, type WebhookOptions } from "./webhook.ts";

const config: WebhookConfig = { url: "http://hook.test/token", headers: { Authorization: "hunter2" }, kinds: null };
/** No answer, ever. */
const silence = "silence";
const unreachable = "unreachable";

describe("Webhook", () => {
  let clock: FakeClock;
  let ring: EventRing;
  let answers: (number | typeof silence | typeof unreachable)[];
  let bodies: WebhookBody[];
  let asked: { readonly at: number; readonly url: string; readonly init: RequestInit }[];
  let logged: string[];
  let webhook: Webhook;

  /** Answers as it is told, then 204. */
  const fakeFetch: Fetch = async (url, init) => {
    asked.push({ at: clock.monotonic(), url, init });
    assert.ok(typeof init.body === "string");
    bodies.push(JSON.parse(init.body));
    const answer = answers.shift() ?? 204;
    if (answer === unreachable) throw new TypeError("fetch failed", { cause: new Error("no way to it") });
    if (answer !== silence) return { status: answer, body: null };
    return new Promise((_, reject) => init.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
  };

  function create(rest: Partial<WebhookOptions> = {}): Webhook {
    return new Webhook(ring, {
      clock,
      random: () => 0,
      log: (event, fields) => void logged.push([event, ...Object.values(fields)].join(" ")),
      fetch: fakeFetch,
      router: "router1",
      version: "1.2.3",
      ...rest,
    });
  }

  beforeEach(() => {
    clock = new FakeClock();
    ring = new EventRing(clock);
    answers = [];
    bodies = [];
    asked = [];
    logged = [];
    webhook = create();
  });

  const add = (events = 1): void => void Array.from({ length: events }, () => ring.add(aNewEvent));
  const ids = (): number[][] => bodies.map(({ events }) => events.map(({ id }) => id));

  it("sends what happens together together, with the headers that were asked for", async () => {
    webhook.open(config);
    add(2);
    await clock.advance(1000);
    assert.deepEqual(bodies, [{ router: "router1", events: ring.since(0), dropped: 0 }]);
    const [{ url, init } = { url: "", init: {} }] = asked;
    assert.deepEqual([url, init.method, init.redirect], ["http://hook.test/token", "POST", "error"]);
    assert.deepEqual(Object.fromEntries(new Headers(init.headers)), {
      authorization: "hunter2",
      "content-type": "application/json",
      "user-agent": "Fairlead/1.2.3",
    });
    assert.deepEqual([logged, clock.pending], [[], 0]);
  });

  it("sends what happened since the start, but to one that comes later only what happens then", async () => {
    add();
    webhook.open(config);
    await clock.advance(1000);
    webhook.apply(null);
    add();
    webhook.apply(config);
    add();
    await clock.advance(1000);
    assert.deepEqual(ids(), [[1], [3]]);
  });

  it("sends some kinds only where that is asked for", async () => {
    webhook.open({ ...config, kinds: ["farm"] });
    add();
    ring.add({ ...aNewEvent, kind: "farm" });
    await clock.advance(1000);
    assert.deepEqual(ids(), [[2]]);
  });

  it("sends at most 100 together, one request at a time, in order", async () => {
    answers = [silence];
    webhook.open(config);
    add(150);
    await clock.advance(5000);
    add(100);
    await clock.advance(4000);
    assert.deepEqual([asked.length, bodies[0]?.events.length], [1, 100]);
    await clock.advance(60_000);
    const delivered = ids().slice(1);
    assert.deepEqual(
      delivered.map(({ length }) => length),
      [100, 100, 50],
    );
    assert.deepEqual(
      delivered.flat(),
      Array.from({ length: 250 }, (_, index) => index + 1),
    );
  });

  it("tries again ever more slowly, says so once, and once more when it works again", async () => {
    answers = [unreachable, 500, 302, 429, 408, silence];
    webhook.open(config);
    add();
    await clock.advance(120_000);
    assert.deepEqual(
      asked.map(({ at }) => at),
      [100, 1100, 3100, 7100, 15_100, 31_100, 31_100 + 10_000 + 32_000],
    );
    assert.deepEqual(ids().at(-1), [1]);
    assert.deepEqual(logged, [
      "events.webhook-failed hook.test no way to it it is tried again until they do",
      "events.webhook-recovered hook.test",
    ]);
  });

  it("waits 5 minutes at most, and less by chance", async () => {
    answers = Array.from({ length: 30 }, () => 503);
    webhook = create({ random: () => 0.5 });
    webhook.open(config);
    add();
    await clock.advance(3_600_000);
    const times = asked.map(({ at }) => at);
    assert.deepEqual([times[1], times[2]], [100 + 750, 100 + 750 + 1500]);
    assert.equal(times[20]! - times[19]!, 225_000);
  });

  it("gives a batch up that is refused, says so, and tells the receiver how many it missed", async () => {
    answers = [400, 413];
    webhook.open(config);
    add(2);
    await clock.advance(1000);
    add();
    await clock.advance(1000);
    add();
    await clock.advance(1000);
    assert.deepEqual(ids(), [[1, 2], [3], [4]]);
    assert.deepEqual(
      bodies.map(({ dropped }) => dropped),
      [0, 2, 3],
    );
    assert.deepEqual(logged, [
      "events.webhook-failed hook.test it answered with the status 400 events given up: 2",
      "events.webhook-failed hook.test it answered with the status 413 events given up: 1",
      "events.webhook-recovered hook.test",
    ]);
  });

  it("keeps the newest 1000, and tells how many were dropped", async () => {
    answers = [503];
    webhook.open(config);
    add(1200);
    await clock.advance(10_000);
    const [, first, second] = bodies;
    assert.deepEqual([first?.events[0]?.id, first?.dropped, second?.dropped], [201, 200, 0]);
    assert.equal(bodies.at(-1)?.events.at(-1)?.id, 1200);
  });

  it("goes on at once to a place that a reload has changed, with what waits", async () => {
    answers = [503, 503, 503, 503];
    webhook.open(config);
    add();
    await clock.advance(10_000);
    webhook.apply({ ...config, url: "http://other.test/" });
    await clock.advance(0);
    assert.deepEqual([asked.at(-1)?.url, ids().at(-1)], ["http://other.test/", [1]]);
    const tries = asked.length;
    webhook.apply({ ...config, url: "http://other.test/" });
    await clock.advance(1000);
    assert.equal(asked.length, tries);
  });

  it("gives nothing up for what the place before has said", async () => {
    answers = [silence];
    webhook.open(config);
    add();
    await clock.advance(200);
    webhook.apply({ ...config, url: "http://other.test/" });
    await clock.advance(10_000);
    assert.deepEqual(ids(), [[1], [1]]);
    assert.deepEqual(logged, []);
  });

  it("forgets what waits where it is taken away", async () => {
    answers = [silence];
    webhook.open(config);
    add(3);
    await clock.advance(200);
    webhook.apply(null);
    await clock.advance(20_000);
    webhook.apply(config);
    add();
    await clock.advance(1000);
    assert.deepEqual([ids().at(-1), bodies.at(-1)?.dropped], [[4], 0]);
  });

  it("sends what waits when it is closed", async () => {
    webhook.open(config);
    add(150);
    await webhook.close();
    add();
    await clock.advance(1000);
    assert.equal(ids().flat().length, 150);
    assert.equal(clock.pending, 0);
  });

  it("waits 2 s at most when it is closed", async () => {
    answers = [silence];
    webhook.open(config);
    add(2);
    let closed = false;
    void webhook.close().then(() => (closed = true));
    await clock.advance(1999);
    assert.equal(closed, false);
    await clock.advance(1);
    assert.equal(closed, true);
    assert.deepEqual(logged, ["events.webhook-failed hook.test no answer before the router ended events given up: 2"]);
    assert.equal(clock.pending, 0);
  });

  it("never says where exactly it sends to, nor with which headers", async () => {
    answers = [unreachable, 400, silence];
    webhook.open(config);
    add();
    await clock.advance(60_000);
    assert.doesNotMatch(logged.join("\n"), /token|hunter2/);
  });
});

/** Requests that a real server got; `answer` says its statuses. */
async function receiver(t: TestContext, answer: (index: number) => number) {
  const requests: { readonly request: IncomingMessage; readonly body: WebhookBody }[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      response.writeHead(answer(requests.length), { Location: "/elsewhere" }).end("x".repeat(100_000));
      requests.push({ request, body: JSON.parse(body) });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { requests, url: `http://127.0.0.1:${portOf(server)}/hook?token=a` };
}

describe("Webhook, to a real server", () => {
  it("sends JSON, follows no redirect and tries again", async (t) => {
    const { requests, url } = await receiver(t, (index) => (index === 0 ? 307 : 200));
    const ring = new EventRing(systemClock);
    const options = { clock: systemClock, random: () => 0.99, log: () => undefined, router: "r", version: "1" };
    const webhook = new Webhook(ring, { ...options, fetch });
    webhook.open({ url, headers: { "X-Key": "k" }, kinds: null });
    ring.add({ ...aNewEvent, why: "caf\u00E9 \u001B[2J\n" });
    await until(() => requests.length === 2);
    await webhook.close();
    const [first, second] = requests;
    assert.deepEqual(second?.body, { router: "r", events: ring.since(0), dropped: 0 });
    assert.deepEqual(first?.body, second.body);
    const { method, url: path, headers } = second.request;
    assert.deepEqual([method, path, headers["x-key"]], ["POST", "/hook?token=a", "k"]);
    assert.deepEqual([headers["content-type"], headers["user-agent"]], ["application/json", "Fairlead/1"]);
  });
});
