import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { it, type TestContext } from "node:test";
import { portOf } from "../support/port-of.ts";
import { scrape } from "../support/scrape.ts";
import { startSite } from "../support/site.ts";
import { until } from "../support/until.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const caller = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"] as const;

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

/** Takes OTLP as JSON. */
async function startCollector(t: TestContext): Promise<{ readonly endpoint: string; readonly spans: Span[] }> {
  const spans: Span[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { resourceSpans } = JSON.parse(body);
      spans.push(...resourceSpans[0].scopeSpans[0].spans);
      response.end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { endpoint: `http://127.0.0.1:${portOf(server)}/v1/traces`, spans };
}

for (const workers of [0, 1]) {
  it(
    `sends a span that the member's request names as its parent, workers: ${workers}`,
    { timeout: 60_000 },
    async (t) => {
      const { endpoint, spans } = await startCollector(t);
      const site = await startSite(t, {
        config: {
          tracing: { endpoint, sample: 1, service: "fairlead", headers: {} },
          identity: { logId: false, joinTrace: true, sample: 1 },
          admin: { address: "127.0.0.1", port: 0 },
          workers,
        },
      });
      const client = site.client();
      client.write(`GET /a?b=c HTTP/1.1\r\nHost: a\r\ntraceparent: 00-${caller[0]}-${caller[1]}-01\r\n\r\n`);
      const connection = await site.member.connection();
      const head = await connection.untilText("\r\n\r\n");
      connection.write(ok);
      await client.untilText("ok");
      const span = await until(() => spans[0]);
      assert.deepEqual([span.traceId, span.parentSpanId, span.name], [...caller, "GET owa"]);
      assert.match(head, new RegExp(`\r\ntraceparent: 00-${caller[0]}-${span.spanId}-01\r\n`));
      const sent = `fairlead_spans_sent_total{process="${workers === 0 ? "control" : "worker 1"}"}`;
      await until(async () => ((await scrape(site.router.admin?.url)).get(sent) ?? 0) >= 1);
    },
  );
}
