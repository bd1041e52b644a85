import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { z } from "zod";
import { UnknownInLab, type Lab } from "./lab.ts";
import { poolFaults } from "./pool.ts";

/** The port of the control API where nothing else is said. */
export const defaultControlPort = 9980;

const order = z.discriminatedUnion("action", [
  z.strictObject({ action: z.enum(["start", "stop", "hang"]) }),
  z.strictObject({ action: z.literal("slow"), delayMs: z.number().min(0) }),
  z.strictObject({ action: z.literal("fault"), fault: z.enum(poolFaults), times: z.int().min(1).optional() }),
]);

/** What to do to one protocol of one server: the body of `PUT /servers/{server}/protocols/{protocol}`. */
export type PoolOrder = z.infer<typeof order>;

export interface LabControl {
  readonly port: number;
  close(): Promise<void>;
}

const loopbackNames: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

interface OrderRoute {
  Params: { server: string; protocol: string };
  Body: unknown;
}

/** Serves `GET /status` and orders on 127.0.0.1, to programs of this machine and not to web pages. Rejects when the port is in use. */
export async function startLabControl(lab: Lab, port: number): Promise<LabControl> {
  const app = fastify({ forceCloseConnections: true });
  // JSON alone: what a web page of another site can send without being asked first is refused.
  app.removeContentTypeParser("text/plain");
  app.addHook("onRequest", refuseForeign);
  app.setErrorHandler(answerError);
  app.get("/status", () => lab.status());
  app.put<OrderRoute>("/servers/:server/protocols/:protocol", (request) => {
    carryOut(lab, request.params, order.parse(request.body));
    return lab.status();
  });
  await app.listen({ host: "127.0.0.1", port });
  return { port: portOf(app), close: () => app.close() };
}

async function refuseForeign(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  const { origin } = request.headers;
  const foreign = !loopbackNames.has(host) || (origin !== undefined && origin !== `http://${request.headers.host}`);
  if (foreign) await reply.code(403).send({ error: "Only this machine controls the lab." });
}

async function answerError(
  error: Error & { statusCode?: number },
  _: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (error instanceof z.ZodError) await reply.code(400).send({ error: z.prettifyError(error) });
  else if (error instanceof UnknownInLab) await reply.code(404).send({ error: error.message });
  else await reply.code(error.statusCode ?? 500).send({ error: error.message });
}

function carryOut(lab: Lab, { server, protocol }: OrderRoute["Params"], asked: PoolOrder): void {
  switch (asked.action) {
    case "start":
      lab.start(server, protocol);
      break;
    case "stop":
      lab.stop(server, protocol);
      break;
    case "hang":
      lab.hang(server, protocol);
      break;
    case "slow":
      lab.slow(server, protocol, asked.delayMs);
      break;
    case "fault":
      lab.fault(server, protocol, asked.fault, asked.times);
      break;
  }
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  return address !== null && typeof address === "object" ? address.port : 0;
}
