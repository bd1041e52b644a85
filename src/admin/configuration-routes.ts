import type { FastifyInstance } from "fastify";
import * as z from "zod";
import type { Configurations, ReloadOutcome } from "../control/configurations.ts";
import type { UpgradeOutcome } from "../control/upgrade-outcome.ts";
import type { AcmeStatus } from "../farm/acme-status.ts";
import type { WorkerStatus } from "../farm/worker-status.ts";

export interface ConfigurationRoutes {
  readonly configurations: Pick<Configurations, "reload" | "rollback" | "history" | "inForce">;
  readonly forwarding: { workers(): readonly WorkerStatus[]; deaths(): number };
  readonly acme: { status(): readonly AcmeStatus[] };
  /** Puts a new version of the program in the place of this router. */
  readonly upgrade: () => Promise<UpgradeOutcome>;
}

const reloadSchema = z.strictObject({ dryRun: z.boolean().default(false) }).prefault({});
const rollbackSchema = z.strictObject({ to: z.int().min(1).optional() }).prefault({});

/** Another configuration, or another version of the program. What is refused is answered with 422 and the reasons. */
export function addConfigurationRoutes(app: FastifyInstance, routes: ConfigurationRoutes): void {
  const { configurations, forwarding, acme, upgrade } = routes;
  app.get("/api/v1/configurations", () => configurations.history());
  app.get("/api/v1/acme", () => acme.status());
  app.get("/api/v1/workers", () => ({ workers: forwarding.workers(), deaths: forwarding.deaths() }));
  app.post("/api/v1/reload", async (request, reply) => {
    const body = reloadSchema.safeParse(request.body ?? undefined);
    if (!body.success) return reply.code(400).send({ error: "bad-request", message: z.prettifyError(body.error) });
    const outcome = await configurations.reload("command", body.data.dryRun);
    return reply.code(isRefused(outcome) ? 422 : 200).send(outcome);
  });
  app.post("/api/v1/rollback", async (request, reply) => {
    const body = rollbackSchema.safeParse(request.body ?? undefined);
    if (!body.success) return reply.code(400).send({ error: "bad-request", message: z.prettifyError(body.error) });
    const outcome = await configurations.rollback(body.data.to);
    return reply.code(isRefused(outcome) ? 422 : 200).send(outcome);
  });
  app.post("/api/v1/upgrade", async (_request, reply) => {
    const outcome = await upgrade();
    return reply.code(outcome.upgraded ? 200 : 422).send(outcome);
  });
}

function isRefused(outcome: ReloadOutcome): boolean {
  return !outcome.applied && outcome.problems.length > 0;
}
