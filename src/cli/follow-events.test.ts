import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { portOf } from "../../test/support/port-of.ts";
import { aToldEvent } from "../../test/support/told-event.ts";
import { until } from "../../test/support/until.ts";
import { followEvents } from "./follow-events.ts";
import type { ToldEvent } from "./told-event.ts";

const eventText = (id: string, data: unknown): string => `id: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

const stream = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { "Content-Type": "text/event-stream" });
const event = (why: string): ToldEvent => aToldEvent({ why });

describe("followEvents", () => {
  let server: Server;
  let clock: FakeClock;
  let abort: AbortController;
  let said: string[];
  let asked: { readonly url: string; readonly last: string }[];
  let answer: (response: ServerResponse, index: number) => void;
  let following: Promise<void>;

  beforeEach(async () => {
    clock = new FakeClock();
    abort = new AbortController();
    said = [];
    asked = [];
    server = createServer((request: IncomingMessage, response) => {
      asked.push({ url: request.url ?? "", last: String(request.headers["last-event-id"]) });
      answer(response, asked.length - 1);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(async () => {
    abort.abort();
    server.closeAllConnections();
    server.close();
    await clock.advance(60_000);
    await following;
  });

  function follow(past = 10): void {
    following = followEvents({
      admin: `http://127.0.0.1:${portOf(server)}`,
      past,
      heard: ({ why }) => void said.push(why),
      connection: (problem) => void said.push(problem ?? "back"),
      clock,
      signal: abort.signal,
    });
  }

  it("goes on after the last event that it had, and says once that the router is gone", async () => {
    answer = (response, index) => {
      if (index === 0) stream(response).end(`id: run-0\n\n${eventText("run-1", event("one"))}id: run-2\ndata: {`);
      else if (index < 3) response.writeHead(503).end();
      else stream(response).write(eventText("run-2", event("two")));
    };
    follow();
    await until(() => said.length === 2);
    for (let count = 2; count <= 4; count++) {
      await clock.advance(1000);
      await until(() => asked.length === count);
      await until(() => clock.pending === 1);
    }
    await until(() => said.length === 4);
    assert.deepEqual(said, ["one", "it has closed the connection", "back", "two"]);
    assert.deepEqual(
      asked.map(({ last }) => last),
      ["undefined", "run-1", "run-1", "run-1"],
    );
    assert.equal(asked[0]?.url, "/api/v1/events?since=0&limit=10");
  });

  it("asks for what comes alone where nothing of the past is wanted", async () => {
    answer = (response) => void stream(response).write("id: run-7\n\n");
    follow(0);
    await until(() => asked.length === 1);
    assert.equal(asked[0]?.url, "/api/v1/events");
    server.closeAllConnections();
    await until(() => said.length === 1);
    await clock.advance(1000);
    await until(() => asked.length === 2);
    assert.equal(asked[1]?.last, "run-7");
  });

  it("gives a router up that has been silent for 40 s", async () => {
    answer = (response) => void stream(response).write(eventText("1", event("one")));
    follow();
    await until(() => said.length === 1);
    await clock.advance(40_000);
    await until(() => said.length === 2);
    assert.equal(said[1], "nothing was heard of it for 40 s");
  });

  for (const [title, data] of [
    ["an event of another kind", { id: 1, colour: "red" }],
    ["a text", "x"],
    ["nothing", null],
  ] as const) {
    it(`leaves ${title} out`, async () => {
      answer = (response) => void stream(response).write(eventText("1", data) + eventText("2", event("two")));
      follow();
      await until(() => said.length === 1);
      assert.deepEqual(said, ["two"]);
    });
  }

  it("says what answers instead of a router", async () => {
    answer = (response) => response.writeHead(200, { "Content-Type": "text/html" }).end("hello");
    follow();
    await until(() => said.length === 1);
    assert.equal(said[0], "it answers with the status 200 and no events");
  });
});
