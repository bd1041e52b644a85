import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import { eventKinds } from "../config/event-kinds.ts";
import type { EventRing } from "../control/event-ring.ts";
import type { RouterEvent } from "../control/router-event.ts";
import type { Clock } from "../util/clock.ts";
import { EventStream, eventIdOf } from "./event-stream.ts";

const maxStreams = 100;
const maxEvents = 1000;

const numberSchema = z
  .string()
  .regex(/^\d{1,15}$/, "a whole number is wanted")
  .transform(Number);

const querySchema = z.object({
  since: numberSchema.optional(),
  limit: numberSchema.pipe(z.int().min(1).max(maxEvents)).optional(),
  kinds: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(eventKinds)))
    .optional(),
  format: z.enum(["json", "stream"]).optional(),
});
type Query = z.output<typeof querySchema>;

/** What has happened, as a list, and what happens, as server-sent events. */
export function addEventRoutes(app: FastifyInstance, ring: EventRing, clock: Clock): void {
  const streams = new Set<EventStream>();
  app.addHook("preClose", async () => {
    for (const stream of streams) stream.end();
  });
  // Without HEAD: it would be answered with a stream that nobody sees.
  app.get("/api/v1/events", { exposeHeadRoute: false }, (request, reply) => {
    const query = querySchema.safeParse(request.query);
    if (!query.success) return reply.code(400).send({ error: "bad-request", message: z.prettifyError(query.error) });
    const wanted = (event: RouterEvent): boolean => query.data.kinds?.includes(event.kind) !== false;
    if (wantsJson(request, query.data)) return reply.send(past(ring, query.data, wanted));
    if (streams.size >= maxStreams) {
      const message = `${maxStreams} clients get events already.`;
      return reply.code(503).send({ error: "too-many-streams", message });
    }
    const after = beginning(ring, request, query.data, wanted);
    const stream = new EventStream(headWritten(reply), {
      ring,
      clock,
      after,
      wanted,
      onEnd: () => void streams.delete(stream),
    });
    streams.add(stream);
    return undefined;
  });
}

function wantsJson({ headers }: FastifyRequest, { format }: Query): boolean {
  if (format !== undefined) return format === "json";
  const accept = headers.accept ?? "";
  return accept.includes("application/json") && !accept.includes("text/event-stream");
}

/** The newest `limit` of those that are wanted, oldest first. */
function past(ring: EventRing, { since = 0, limit = maxEvents }: Query, wanted: (event: RouterEvent) => boolean) {
  return ring.since(since).filter(wanted).slice(-limit);
}

/** The event after which a stream begins: the last one, unless the client says which one it had last. */
function beginning(
  ring: EventRing,
  { headers }: FastifyRequest,
  query: Query,
  wanted: (event: RouterEvent) => boolean,
): number {
  const { "last-event-id": last } = headers;
  const had = typeof last === "string" ? eventIdOf(ring, last) : null;
  // Of what it missed in between it gets all.
  const asked = had === null ? query : { since: had };
  if (asked.since === undefined) return ring.latest;
  const [first] = past(ring, asked, wanted);
  return first === undefined ? ring.latest : first.id - 1;
}

/** Takes the response out of fastify's hands. */
function headWritten(reply: FastifyReply): FastifyReply["raw"] {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.hijack();
  return reply.raw.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
}
