import { type HrTime, type SpanContext, SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import type { TracingConfig } from "../config/config.ts";
import { isError, spanAttributes, spanName } from "./span-attributes.ts";
import type { SpanRecord } from "./span-record.ts";

/** Sends spans to a collector. */
export interface Exporter {
  /** Rejects where they did not arrive, after it has tried again for a while. */
  send(spans: readonly SpanRecord[]): Promise<void>;
  close(): Promise<void>;
}

const timeoutMs = 10_000;

/** The only place that knows OpenTelemetry's packages: imported when the first configuration asks for tracing. */
export function createExporter({ endpoint, headers, service }: TracingConfig): Exporter {
  const exporter = new OTLPTraceExporter({ url: endpoint, headers: { ...headers }, timeoutMillis: timeoutMs });
  const resource = resourceFromAttributes({ "service.name": service });
  return {
    send: async (spans) =>
      new Promise((resolve, reject) => {
        exporter.export(
          spans.map((span) => readableSpan(span, resource)),
          ({ code, error }) => {
            // ExportResultCode.SUCCESS, of a package that is not ours to import.
            const succeeded: number = code;
            if (succeeded === 0) resolve();
            else reject(error ?? new Error("the collector did not take the spans"));
          },
        );
      }),
    close: async () => exporter.shutdown(),
  };
}

const scope = { name: "fairlead" };

function readableSpan(record: SpanRecord, resource: Resource): ReadableSpan {
  const context = contextOf(record.traceId, record.spanId, false);
  return {
    name: spanName(record),
    kind: SpanKind.SERVER,
    spanContext: () => context,
    ...(record.parentId === "" ? {} : { parentSpanContext: contextOf(record.traceId, record.parentId, true) }),
    startTime: hrTime(record.startedTime),
    endTime: hrTime(record.startedTime + record.totalMs),
    duration: hrTime(record.totalMs),
    status: isError(record) ? { code: SpanStatusCode.ERROR, message: record.reason } : { code: SpanStatusCode.UNSET },
    attributes: spanAttributes(record),
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function contextOf(traceId: string, spanId: string, isRemote: boolean): SpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote };
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): HrTime {
  const seconds = Math.trunc(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
