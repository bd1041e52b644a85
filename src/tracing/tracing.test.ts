import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { portOf } from "../../test/support/port-of.ts";
import { until } from "../../test/support/until.ts";
import type { TracingConfig } from "../config/config.ts";
import { ExchangeRecord } from "../farm/exchange-record.ts";
import type { LogEventName } from "../observe/log-events.ts";
import { processMetrics } from "../observe/process-metrics.ts";
import { Tracing } from "./tracing.ts";

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number; readonly doubleValue?: number };
}

/** As OTLP writes it in JSON. */
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code: number; readonly message?: string };
}

interface Body {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

const facts = { localAddress: "127.0.0.1", localPort: 443, clientPort: 5, tlsVersion: "TLSv1.3", tlsCipher: "x" };

function aRecord(rest: Partial<ExchangeRecord> = {}): ExchangeRecord {
  const record = new ExchangeRecord(facts);
  const filled = {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    parentId: "00f067aa0ba902b7",
    sampled: true,
    startedTime: 1_700_000_000_123,
    totalMs: 250,
    method: "GET",
    target: "/owa/a%20b?token=secret",
    protocol: "https" as const,
    version: "1.1",
    host: "mail.example.test",
    clientAddress: "192.0.2.7",
    status: 200,
    farm: "owa",
    server: "cas1",
    attempts: 1,
    head: "GET /owa HTTP/1.1\r\nAuthorization: Basic c2VjcmV0\r\n\r\n",
    firstByteMs: 20,
  };
  return Object.assign(record, filled, rest);
}

const valuesOf = (attributes: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

describe("Tracing", () => {
  let collector: Server;
  let requests: { readonly request: IncomingMessage; readonly body: string }[];
  let status: number;
  let clock: FakeClock;
  let counts: Float64Array;
  let logged: LogEventName[];
  let tracing: Tracing;
  let config: TracingConfig;

  beforeEach(async () => {
    requests = [];
    status = 200;
    collector = createServer((request, response) => {
      void text(request).then((body) => {
        requests.push({ request, body });
        response.writeHead(status, { "Content-Type": "application/json" }).end("{}");
      });
    });
    collector.listen(0, "127.0.0.1");
    await once(collector, "listening");
    const endpoint = `http://127.0.0.1:${portOf(collector)}/v1/traces`;
    config = { endpoint, sample: 1, service: "router1", headers: { Authorization: "Bearer abc" } };
    clock = new FakeClock();
    counts = processMetrics.layout.newRow();
    logged = [];
    tracing = new Tracing({ clock, counts, log: (event) => logged.push(event) });
  });
  afterEach(async () => {
    await tracing.close();
    collector.closeAllConnections();
    collector.close();
  });

  const ended = (rest: Partial<ExchangeRecord> = {}): void => tracing.observer?.(aRecord(rest));
  const sent = (): number => counts[processMetrics.spansSent] ?? 0;
  const dropped = (): number => counts[processMetrics.spansDropped] ?? 0;

  /** The spans of one batch. */
  async function received(index = 0): Promise<{ spans: readonly Span[]; resource: Record<string, unknown> }> {
    const { body } = await until(() => requests[index]);
    const { resourceSpans }: Body = JSON.parse(body);
    return {
      spans: resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      resource: valuesOf(resourceSpans[0]?.resource.attributes ?? []),
    };
  }

  it("sends a span with what the conventions for HTTP ask for, and nothing secret", async () => {
    tracing.apply(config);
    ended();
    await clock.advance(1000);
    const { spans, resource } = await received();
    assert.deepEqual(resource, { "service.name": "router1" });
    const [span] = spans;
    assert.ok(span !== undefined && spans.length === 1);
    const { attributes, ...rest } = span;
    assert.deepEqual(
      { ...rest, flags: null },
      {
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: "b7ad6b7169203331",
        parentSpanId: "00f067aa0ba902b7",
        name: "GET owa",
        kind: 2,
        startTimeUnixNano: "1700000000123000000",
        endTimeUnixNano: "1700000000373000000",
        droppedAttributesCount: 0,
        events: [],
        droppedEventsCount: 0,
        status: { code: 0 },
        links: [],
        droppedLinksCount: 0,
        flags: null,
      },
    );
    assert.deepEqual(valuesOf(attributes), {
      "url.scheme": "https",
      "url.path": "/owa/a%20b",
      "network.protocol.name": "http",
      "network.protocol.version": "1.1",
      "client.address": "192.0.2.7",
      "server.address": "mail.example.test",
      "server.port": 443,
      "http.request.method": "GET",
      "http.request.size": 0,
      "http.response.size": 0,
      "http.response.status_code": 200,
      "fairlead.farm": "owa",
      "fairlead.server": "cas1",
      "fairlead.attempts": 1,
      "fairlead.first_byte_ms": 20,
    });
    assert.doesNotMatch(requests[0]!.body, /secret|c2VjcmV0/);
    assert.equal(requests[0]!.request.headers.authorization, "Bearer abc");
    assert.equal(requests[0]!.request.url, "/v1/traces");
    await until(() => sent() === 1);
  });

  for (const [title, record, status_, expected] of [
    ["an answer 502", { status: 502, reason: "connect-refused", blame: "member" }, 2, "connect-refused"],
    ["a response that was cut", { status: 200, reason: "response-cut", blame: "member" }, 2, "response-cut"],
    ["no answer", { status: 0, reason: "internal-error", blame: "router" }, 2, "internal-error"],
    ["a client that went away", { status: 0, reason: "client-closed", blame: "client" }, 0, undefined],
    ["a member's own 500", { status: 500, reason: "ok", blame: "" }, 2, "500"],
    ["an answer 404", { status: 404, reason: "no-route", blame: "configuration" }, 0, undefined],
  ] as const) {
    it(`says of ${title} whether it is an error`, async () => {
      tracing.apply(config);
      ended(record);
      await clock.advance(1000);
      const { spans } = await received();
      assert.equal(spans[0]!.status.code, status_);
      assert.equal(valuesOf(spans[0]!.attributes)["error.type"], expected);
    });
  }

  it("lets nobody make up names of spans, and reads the path of a URL", async () => {
    tracing.apply(config);
    ended({ method: "RPC_IN_DATA", target: "http://a/rpc/rpcproxy.dll?cas1:6001", parentId: "" });
    await clock.advance(1000);
    const [span] = (await received()).spans;
    assert.equal(span!.name, "HTTP owa");
    assert.equal(span!.parentSpanId, undefined);
    const values = valuesOf(span!.attributes);
    assert.equal(values["http.request.method"], "_OTHER");
    assert.equal(values["http.request.method_original"], "RPC_IN_DATA");
    assert.equal(values["url.path"], "/rpc/rpcproxy.dll");
  });

  it("sends what was sampled, in batches, and drops what nobody takes, which it counts", async () => {
    tracing.apply(config);
    ended({ sampled: false });
    for (let count = 0; count < 5000; count++) ended();
    assert.equal(dropped(), 5000 - 4096);
    await clock.advance(1000);
    await until(() => sent() === 4096);
    assert.equal(requests.length, 8);
    assert.equal((await received(7)).spans.length, 512);
  });

  it("counts what a collector refuses, says so once, and once more when it works again", async () => {
    tracing.apply(config);
    status = 400;
    for (const total of [1, 2]) {
      ended();
      await clock.advance(1000);
      await until(() => dropped() === total);
    }
    assert.deepEqual(logged, ["tracing.failed"]);
    status = 200;
    ended();
    await clock.advance(1000);
    await until(() => sent() === 1);
    assert.deepEqual(logged, ["tracing.failed", "tracing.works-again"]);
  });

  it("sends what waits when it is closed, or has its configuration changed", async () => {
    tracing.apply(config);
    ended();
    tracing.apply({ ...config, service: "router2" });
    ended();
    assert.deepEqual((await received()).resource, { "service.name": "router1" });
    const closed = tracing.close();
    assert.deepEqual((await received(1)).resource, { "service.name": "router2" });
    await closed;
    assert.equal(sent(), 2);
  });

  it("hears of nothing while it is not configured", () => {
    tracing.apply(config);
    tracing.apply(null);
    assert.equal(tracing.observer, null);
  });
});
