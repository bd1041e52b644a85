import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import { durationSchema } from "../config/units.ts";
import type { Control } from "../control/control.ts";
import type { StateScope } from "../control/operator-states.ts";

const wishSchema = z
  .strictObject({
    state: z.enum(["available", "drain", "unavailable"]),
    /** Of "drain" and "unavailable": what is still under way then is ended. */
    deadline: durationSchema.optional(),
    /** Of "unavailable": what is under way ends at once. */
    now: z.boolean().default(false),
    by: z.string().trim().min(1).max(100).optional(),
    note: z.string().trim().max(500).default(""),
  })
  .refine(({ state, now }) => !now || state === "unavailable", { error: "only unavailable can be now", path: ["now"] })
  .refine(({ state, deadline }) => deadline === undefined || state !== "available", {
    error: "available has no deadline",
    path: ["deadline"],
  })
  .refine(({ now, deadline }) => deadline === undefined || !now, {
    error: "what ends now has no deadline",
    path: ["deadline"],
  });

/** The states of servers and members. An operator's word is answered with what it has led to. */
export function addStateRoutes(app: FastifyInstance, control: Pick<Control, "servers" | "farms" | "setState">): void {
  app.get("/api/v1/servers", () => control.servers());
  app.put<{ Params: { server: string } }>("/api/v1/servers/:server/state", (request, reply) =>
    setState(control, { server: request.params.server, farm: null }, request, reply),
  );
  app.put<{ Params: { farm: string; server: string } }>("/api/v1/farms/:farm/members/:server/state", (request, reply) =>
    setState(control, { server: request.params.server, farm: request.params.farm }, request, reply),
  );
}

function setState(
  control: Pick<Control, "servers" | "setState">,
  scope: StateScope,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const wish = wishSchema.safeParse(request.body ?? {});
  if (!wish.success) return reply.code(400).send({ error: "bad-request", message: z.prettifyError(wish.error) });
  const { state, deadline, now, note, by = request.ip } = wish.data;
  const outcome = control.setState(scope, { state, by, note, deadlineMs: deadline ?? null, cut: now });
  if (outcome === null) {
    const message =
      scope.farm === null ? `there is no server ${scope.server}` : `${scope.server} is no member of ${scope.farm}`;
    return reply.code(404).send({ error: "not-found", message });
  }
  const server = control.servers().find(({ name }) => name === scope.server);
  return reply.send({ ...outcome, server });
}
