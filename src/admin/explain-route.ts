import type { FastifyInstance } from "fastify";
import * as z from "zod";
import type { Config } from "../config/config.ts";
import type { Configurations } from "../control/configurations.ts";
import type { Control } from "../control/control.ts";
import { createExplain, type Explain } from "../explain/explain-request.ts";

const line = z.string().max(16_384);
const questionSchema = z.strictObject({
  url: line,
  method: z.string().max(64).default("GET"),
  /** "Name: value" */
  headers: z.array(line).max(100).default([]),
  from: z.string().max(64).default("192.0.2.1"),
});

/** The way of one request, by the configuration in force and what is known of the servers. Nothing is sent to any of them. */
export function addExplainRoute(
  app: FastifyInstance,
  configurations: Pick<Configurations, "inForce">,
  control: Pick<Control, "farms">,
): void {
  const prepared: { config: Config | null; explain: Explain | null } = { config: null, explain: null };
  app.post("/api/v1/explain", (request, reply) => {
    const question = questionSchema.safeParse(request.body ?? {});
    if (!question.success) {
      return reply.code(400).send({ error: "bad-request", message: z.prettifyError(question.error) });
    }
    const config = configurations.inForce;
    if (prepared.config !== config) Object.assign(prepared, { config, explain: createExplain(config) });
    const result = prepared.explain?.(question.data, control.farms());
    if (result?.ok !== true) return reply.code(400).send({ error: "bad-request", message: result?.problem });
    return reply.send(result.explanation);
  });
}
