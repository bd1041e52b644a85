import type { FastifyInstance } from "fastify";
import type { MetricSamples } from "../observe/metric.ts";
import { expositionText, expositionType } from "./exposition.ts";

/** What can say its metrics: the control side. */
export interface MetricsSource {
  metrics(): MetricSamples;
}

export function addMetricsRoute(app: FastifyInstance, source: MetricsSource): void {
  app.get("/metrics", async (_request, reply) => {
    const text = await expositionText(source.metrics());
    return reply.type(expositionType).header("Cache-Control", "no-store").send(text);
  });
}
