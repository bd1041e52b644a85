import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { IdentityConfig } from "../../src/config/config.ts";
import type { ExchangeRecord } from "../../src/farm/exchange-record.ts";
import type { RawConnection } from "../support/raw-member.ts";
import { startSite } from "../support/site.ts";
import { until } from "../support/until.ts";

const caller = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";

type Told = Pick<ExchangeRecord, "traceId" | "parentId" | "spanId" | "sampled" | "logId">;

/** What a member gets, as "name: value" lines, of a request with these fields; and what is told of it. */
async function pass(
  t: TestContext,
  identity: Partial<IdentityConfig>,
  fields: string,
  trusted: readonly string[] = [],
): Promise<{ lines: string[]; told: Told }> {
  const told: Told[] = [];
  const site = await startSite(t, {
    config: {
      forwarded: { trusted, standard: false },
      identity: { logId: false, joinTrace: false, sample: 0, ...identity },
    },
    observers: [
      ({ traceId, parentId, spanId, sampled, logId }) => told.push({ traceId, parentId, spanId, sampled, logId }),
    ],
  });
  const client = site.client().write(`GET / HTTP/1.1\r\nHost: a\r\n${fields}X-Last: 1\r\n\r\n`);
  const connection = await site.member.connection();
  const lines = (await connection.untilText("\r\n\r\n")).split("\r\n");
  connection.write(ok);
  await client.untilText("ok");
  const record = await until(() => told[0]);
  return { lines: lines.filter((line) => /^(?:trace|x-arr|x-last)/i.test(line)), told: record };
}

describe("what a request can be found by", () => {
  it("passes as it came where nothing is asked for", async (t) => {
    const fields = `TraceParent: 00-${caller}-01\r\ntraceSTATE: a=b\r\nX-ARR-LOG-ID: mine\r\n`;
    const { lines, told } = await pass(t, {}, fields);
    assert.deepEqual(lines, [...fields.trimEnd().split("\r\n"), "X-Last: 1"]);
    assert.deepEqual(told, { traceId: "", parentId: "", spanId: "", sampled: false, logId: "" });
  });

  it("is a trace that goes on, with this router as the member's caller", async (t) => {
    const { lines, told } = await pass(t, { joinTrace: true }, `TraceParent: 00-${caller}-01\r\ntraceSTATE: a=b\r\n`);
    const [traceId = "", parentId = ""] = caller.split("-");
    assert.match(told.spanId, /^(?!b7ad6b7169203331)[0-9a-f]{16}$/);
    assert.deepEqual(told, { traceId, parentId, spanId: told.spanId, sampled: true, logId: "" });
    assert.deepEqual(lines, ["traceSTATE: a=b", "X-Last: 1", `traceparent: 00-${traceId}-${told.spanId}-01`]);
  });

  it("is a trace that its caller does not record, and neither does this router", async (t) => {
    const { told, lines } = await pass(t, { joinTrace: true, sample: 1 }, `traceparent: 00-${caller}-00\r\n`);
    assert.equal(told.sampled, false);
    assert.match(lines.at(-1) ?? "", /-00$/);
  });

  it("is recorded for a stranger no more often than others, whatever it says", async (t) => {
    const identity = { joinTrace: true, sample: 1e-12 };
    const asked = `traceparent: 00-${caller}-01\r\n`;
    assert.equal((await pass(t, identity, asked)).told.sampled, false);
    assert.equal((await pass(t, { ...identity, sample: 1 }, asked)).told.sampled, true);
    assert.equal((await pass(t, identity, asked, ["127.0.0.0/8"])).told.sampled, true);
  });

  for (const [what, fields] of [
    ["there is none", ""],
    ["what came is malformed", "traceparent: 00-x\r\ntracestate: a=b\r\n"],
    ["two came", `traceparent: 00-${caller}-01\r\ntracestate: a=b\r\ntraceparent: 00-${caller}-01\r\n`],
  ] as const) {
    it(`is a trace that begins here where ${what}`, async (t) => {
      const { lines, told } = await pass(t, { joinTrace: true, sample: 1 }, fields);
      assert.match(told.traceId, /^[0-9a-f]{32}$/);
      assert.equal(told.parentId, "");
      assert.deepEqual(lines, ["X-Last: 1", `traceparent: 00-${told.traceId}-${told.spanId}-01`]);
    });
  }

  it("is not recorded where nothing is", async (t) => {
    const { told } = await pass(t, { joinTrace: true }, "");
    assert.equal(told.sampled, false);
  });

  it("is an id in ARR's header, whatever the client sends under its name", async (t) => {
    const { lines, told } = await pass(t, { logId: true }, "x-arr-log-id: forged\r\n");
    assert.match(told.logId, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.deepEqual(lines, ["X-Last: 1", `X-ARR-LOG-ID: ${told.logId}`]);
  });

  it("stays the same when the request is sent again, and is another one for the next request", async (t) => {
    const heads: string[] = [];
    const heard = (connection: RawConnection, then: () => void): void => {
      connection.socket.on("data", (bytes) => {
        heads.push(String(bytes));
        then();
      });
    };
    const site = await startSite(t, {
      members: [
        (connection) => heard(connection, () => connection.socket.destroy()),
        (connection) => heard(connection, () => connection.write(ok)),
      ],
      config: { identity: { logId: true, joinTrace: true, sample: 0 } },
    });
    const client = site.client().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.untilText("ok");
    client.clear();
    client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.untilText("ok");
    const ids = heads.map((head) => /X-ARR-LOG-ID: .*\r\ntraceparent: .*/.exec(head)?.[0]);
    assert.ok(ids[0] !== undefined && ids.length >= 3);
    assert.equal(ids[0], ids[1]);
    assert.notEqual(ids[0], ids[2]);
  });
});
