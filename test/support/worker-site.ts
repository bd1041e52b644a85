import type { TestContext } from "node:test";
import * as z from "zod";
import { RawMember, type RawConnection } from "./raw-member.ts";
import { runRouter, type RunningRouter } from "./running-router.ts";
import { RawClient } from "./start-router.ts";

const workersSchema = z.object({ workers: z.array(z.object({ pid: z.number() })) });

/** A spawned router with worker processes, and one raw member. */
export interface WorkerSite {
  readonly router: RunningRouter;
  readonly member: RawMember;
  readonly open: () => RawClient;
  /** The processes of the workers that run now. */
  readonly workers: () => Promise<number[]>;
}

interface Options {
  readonly workers?: number;
  /** Of the member, for each new connection. */
  readonly answer?: (connection: RawConnection) => void;
  /** Sections of the document. */
  readonly document?: object;
  readonly listen?: object;
}

export async function startWorkerSite(t: TestContext, options: Options = {}): Promise<WorkerSite> {
  const member = await RawMember.start("m1", options.answer ?? null);
  t.after(() => member.close());
  const router = await runRouter(t, {
    listen: [{ address: "127.0.0.1", port: 0, ...options.listen }],
    servers: { m1: `http://127.0.0.1:${member.config.port}` },
    farms: { all: { servers: ["m1"], health: "off" } },
    routes: [{ farm: "all" }],
    workers: options.workers ?? 2,
    ...options.document,
  });
  const open = (): RawClient => {
    const client = new RawClient(router.port);
    t.after(() => client.close());
    return client;
  };
  const workers = async (): Promise<number[]> => {
    const response = await fetch(`${router.adminUrl}/api/v1/workers`);
    return workersSchema.parse(await response.json()).workers.map(({ pid }) => pid);
  };
  return { router, member, open, workers };
}
