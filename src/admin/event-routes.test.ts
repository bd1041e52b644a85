import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fastify, type FastifyInstance } from "fastify";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { portOf } from "../../test/support/port-of.ts";
import { quiet } from "../../test/support/quiet.ts";
import { aNewEvent } from "../../test/support/router-event.ts";
import { until } from "../../test/support/until.ts";
import { EventRing } from "../control/event-ring.ts";
import { addEventRoutes } from "./event-routes.ts";

describe("GET /api/v1/events", () => {
  let clock: FakeClock;
  let ring: EventRing;
  let app: FastifyInstance;
  let url: string;
  let streams: Stream[];

  interface Stream {
    text: string;
    ended: boolean;
    readonly response: Response;
    readonly abort: AbortController;
  }

  beforeEach(async () => {
    clock = new FakeClock();
    ring = new EventRing(clock);
    streams = [];
    app = fastify({ forceCloseConnections: true });
    addEventRoutes(app, ring, clock);
    await app.listen({ host: "127.0.0.1", port: 0 });
    url = `http://127.0.0.1:${portOf(app.server)}/api/v1/events`;
  });
  afterEach(async () => {
    for (const { abort } of streams) abort.abort();
    await app.close();
  });

  const add = (events = 1): void => void Array.from({ length: events }, () => ring.add(aNewEvent));

  async function open(query = "", headers: Record<string, string> = {}): Promise<Stream> {
    const abort = new AbortController();
    const response = await fetch(url + query, { headers, signal: abort.signal });
    const stream: Stream = { text: "", ended: false, response, abort };
    streams.push(stream);
    void read(stream);
    return stream;
  }

  async function read(stream: Stream): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const bytes of stream.response.body ?? []) stream.text += decoder.decode(bytes, { stream: true });
    } catch {
      // Aborted.
    }
    stream.ended = true;
  }

  /** Once it has as many events. */
  async function ids(stream: Stream, count: number): Promise<number[]> {
    const found = (): number[] => [...stream.text.matchAll(/^data: \{"id":(\d+)/gm)].map(([, id]) => Number(id));
    await until(() => found().length >= count);
    return found();
  }

  async function list(query: string, headers: Record<string, string> = {}): Promise<unknown> {
    const response = await fetch(url + query, { headers });
    assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
    return response.json();
  }

  it("streams what happens, an event each", async () => {
    add();
    const stream = await open();
    assert.equal(stream.response.headers.get("content-type"), "text/event-stream; charset=utf-8");
    add();
    assert.deepEqual(await ids(stream, 1), [2]);
    const [event] = ring.since(1);
    const id = (number: number): string => `id: ${ring.run}-${number}\n`;
    assert.equal(stream.text, `retry: 2000\n${id(1)}\n${id(2)}event: health\ndata: ${JSON.stringify(event)}\n\n`);
  });

  it("begins with what came after an id", async () => {
    add(5);
    assert.deepEqual(await ids(await open("?since=0"), 5), [1, 2, 3, 4, 5]);
    assert.deepEqual(await ids(await open("?since=3"), 2), [4, 5]);
    assert.deepEqual(await ids(await open("?since=0&limit=2"), 2), [4, 5]);
    const last = await open("?since=5");
    add();
    assert.deepEqual(await ids(last, 1), [6]);
  });

  it("goes on where a client left off, whatever its URL says", async () => {
    add(5);
    const had = { "Last-Event-ID": `${ring.run}-2` };
    assert.deepEqual(await ids(await open("?since=4&limit=1", had), 3), [3, 4, 5]);
    assert.deepEqual(await ids(await open("", { "Last-Event-ID": "4" }), 1), [5]);
  });

  it("gives everything to a client that comes from before a restart", async () => {
    add(3);
    for (const id of ["another-2", "another-9", "9"]) {
      assert.deepEqual(await ids(await open("", { "Last-Event-ID": id }), 3), [1, 2, 3]);
    }
  });

  it("takes an id that is none for none", async () => {
    add(3);
    for (const id of ["x", "-1", "1-", "1-2-3", "9".repeat(400), "%00"]) {
      assert.deepEqual(await ids(await open("?since=2", { "Last-Event-ID": id }), 1), [3], id);
    }
  });

  it("streams and lists some kinds only where that is asked for", async () => {
    add(2);
    ring.add({ ...aNewEvent, kind: "farm" });
    ring.add({ ...aNewEvent, kind: "state" });
    assert.deepEqual(await ids(await open("?since=0&kinds=farm,state"), 2), [3, 4]);
    assert.deepEqual(await list("?kinds=farm&format=json"), [ring.since(2)[0]]);
  });

  it("lists what has happened where JSON is asked for, the newest ones of too many", async () => {
    add(5);
    assert.deepEqual(await list("", { Accept: "application/json" }), ring.since(0));
    assert.deepEqual(await list("?format=json&since=2&limit=2"), ring.since(3));
    assert.deepEqual(await list("?format=json&since=5"), []);
  });

  for (const query of [
    "since=x",
    "since=-1",
    "limit=0",
    "limit=1001",
    "kinds=helth",
    "kinds=",
    "format=xml",
    "since=1&since=2",
  ]) {
    it(`refuses ${query}`, async () => assert.equal((await fetch(`${url}?${query}`)).status, 400));
  }

  it("answers no HEAD with a stream", async () => {
    assert.equal((await fetch(url, { method: "HEAD" })).status, 404);
  });

  it("sends a sign of life every 15 s", async () => {
    const stream = await open();
    await until(() => stream.text.includes("\n\n"));
    const before = stream.text;
    await clock.advance(45_000);
    await until(() => stream.text === `${before}${":\n\n".repeat(3)}`);
  });

  it("has at most 100 streams, and forgets those that are over", async () => {
    for (let count = 0; count < 100; count++) await open();
    const refused = await fetch(url);
    assert.equal(refused.status, 503);
    assert.deepEqual(await list("?format=json"), []);
    for (const { abort } of streams) abort.abort();
    await until(async () => {
      const response = await fetch(url);
      await response.body?.cancel();
      return response.status === 200;
    });
    await until(() => clock.pending <= 1);
  });

  it("cuts a client off that does not read, and keeps nothing for it", async () => {
    const socket = connect(portOf(app.server), "127.0.0.1");
    const [taken]: Socket[] = await once(app.server, "connection");
    assert.ok(taken !== undefined);
    socket.on("error", () => undefined).pause();
    socket.write("GET /api/v1/events?since=0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await until(() => clock.pending === 1);
    for (let count = 0; count < 20_000; count++) {
      ring.add({ ...aNewEvent, why: "x".repeat(2000) });
      if (count % 500 === 0) await quiet();
    }
    assert.ok(taken.writableLength < 1_048_576, String(taken.writableLength));
    await clock.advance(30_000);
    await until(() => clock.pending === 0);
    assert.ok(taken.destroyed);
    socket.destroy();
  });

  it("catches a client up that reads slowly", async () => {
    const stream = await open();
    await until(() => stream.text.includes("\n\n"));
    for (let count = 0; count < 1000; count++) ring.add({ ...aNewEvent, why: "x".repeat(2000) });
    assert.deepEqual((await ids(stream, 1000)).at(-1), 1000);
  });

  it("ends its streams where the API is closed", async () => {
    const stream = await open();
    await app.close();
    await until(() => stream.ended);
    assert.equal(clock.pending, 0);
  });
});
