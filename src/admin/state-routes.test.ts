import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type FastifyInstance, fastify } from "fastify";
import type { StateWish } from "../control/administration.ts";
import type { Control } from "../control/control.ts";
import type { ServerStatus } from "../control/farm-status.ts";
import type { StateScope } from "../control/operator-states.ts";
import { addStateRoutes } from "./state-routes.ts";

const cas1: ServerStatus = {
  name: "cas1",
  address: "https://cas1:443",
  state: "drain",
  stateSet: null,
  members: [],
  held: 3,
  oldestMs: 4000,
};

describe("states by the admin API", () => {
  let app: FastifyInstance;
  let told: { scope: StateScope; wish: StateWish }[];

  const control: Pick<Control, "servers" | "farms" | "setState"> = {
    servers: () => [cas1],
    farms: () => [],
    setState(scope, wish) {
      if (scope.server !== "cas1" || scope.farm === "nowhere") return null;
      told.push({ scope, wish });
      return { warnings: ["owa has no server left"], kept: true };
    },
  };

  beforeEach(() => {
    told = [];
    app = fastify();
    addStateRoutes(app, control);
  });
  afterEach(() => app.close());

  async function put(url: string, payload: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await app.inject({
      method: "PUT",
      url: `/api/v1${url}`,
      headers: { "content-type": "application/json" },
      payload: JSON.stringify(payload),
    });
    return { status: answer.statusCode, body: JSON.parse(answer.body) };
  }

  it("puts a server's state in force, and answers with what it has led to", async () => {
    const wish = { state: "drain", deadline: "10m", by: " ann ", note: "patches" };
    const { status, body } = await put("/servers/cas1/state", wish);
    assert.equal(status, 200);
    assert.deepEqual(body, { warnings: ["owa has no server left"], kept: true, server: { ...cas1 } });
    const expected = { state: "drain", by: "ann", note: "patches", deadlineMs: 600_000, cut: false };
    assert.deepEqual(told, [{ scope: { server: "cas1", farm: null }, wish: expected }]);
  });

  it("puts a member's state in force; whoever does not say who he is, is an address", async () => {
    assert.equal((await put("/farms/owa/members/cas1/state", { state: "unavailable", now: true })).status, 200);
    const expected = { state: "unavailable", by: "127.0.0.1", note: "", deadlineMs: null, cut: true };
    assert.deepEqual(told, [{ scope: { server: "cas1", farm: "owa" }, wish: expected }]);
  });

  it("lists the servers", async () => {
    assert.deepEqual(JSON.parse((await app.inject("/api/v1/servers")).body), [cas1]);
  });

  const wrong: readonly (readonly [what: string, body: unknown, reason: RegExp])[] = [
    ["nothing", {}, /at state/],
    ["null", null, /at state/],
    ["a list", [], /expected object/],
    ["a word", "drain", /expected object/],
    ["another state", { state: "off" }, /"available"\|"drain"\|"unavailable"[^]*at state/],
    ["a deadline without a unit", { state: "drain", deadline: "10" }, /duration[^]*at deadline/],
    ["a deadline that is a number", { state: "drain", deadline: 10 }, /duration[^]*at deadline/],
    ["a deadline of no time", { state: "drain", deadline: "0s" }, /duration[^]*at deadline/],
    ["a deadline after all timers", { state: "drain", deadline: "9999h" }, /duration[^]*at deadline/],
    ["a deadline for available", { state: "available", deadline: "1m" }, /available has no deadline[^]*at deadline/],
    ["drain now", { state: "drain", now: true }, /only unavailable can be now[^]*at now/],
    ["available now", { state: "available", now: true }, /only unavailable can be now[^]*at now/],
    ["now and a deadline", { state: "unavailable", now: true, deadline: "1m" }, /now[^]*deadline[^]*at deadline/],
    ["now as a word", { state: "unavailable", now: "yes" }, /at now/],
    ["an empty name", { state: "drain", by: "  " }, /at by/],
    ["a long name", { state: "drain", by: "x".repeat(101) }, /at by/],
    ["a long note", { state: "drain", note: "x".repeat(501) }, /at note/],
    ["a key that there is not", { state: "drain", dealine: "10m" }, /dealine/],
  ];
  for (const [what, body, reason] of wrong) {
    it(`refuses ${what}, with the reason`, async () => {
      for (const url of ["/servers/cas1/state", "/farms/owa/members/cas1/state"]) {
        const { status, body: answer } = await put(url, body);
        assert.equal(status, 400);
        assert.equal(answer["error"], "bad-request");
        assert.match(String(answer["message"]), reason);
      }
      assert.deepEqual(told, []);
    });
  }

  for (const [url, message] of [
    ["/servers/cas9/state", "there is no server cas9"],
    ["/servers/a%20%C3%A4%3Cb%3E/state", "there is no server a ä<b>"],
    ["/servers/..%2F..%2Fcas1/state", "there is no server ../../cas1"],
    ["/servers/__proto__/state", "there is no server __proto__"],
    ["/farms/owa/members/cas9/state", "cas9 is no member of owa"],
    ["/farms/nowhere/members/cas1/state", "cas1 is no member of nowhere"],
  ] as const) {
    it(`knows no ${url}`, async () => {
      const { status, body } = await put(url, { state: "drain" });
      assert.deepEqual({ status, body }, { status: 404, body: { error: "not-found", message } });
    });
  }
});
