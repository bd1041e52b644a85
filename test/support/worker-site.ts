import { once } from "node:events";
import type { TestContext } from "node:test";
import * as z from "zod";
import { RawMember, type RawConnection } from "./raw-member.ts";
import { runRouter, type RunningRouter } from "./running-router.ts";
import { clientPortsOf } from "./socket-owners.ts";
import { RawClient } from "./start-router.ts";
import { until } from "./until.ts";

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

function clientPort(client: RawClient): number {
  const { localPort } = client.socket;
  if (localPort === undefined) throw new Error("it is not connected");
  return localPort;
}

/** Linux: a connection that this worker has accepted. */
export async function openAt(site: WorkerSite, pid: number): Promise<RawClient> {
  return until(async () => {
    const client = site.open();
    await once(client.socket, "connect");
    const owner = await until(async () => {
      const pids = await site.workers();
      return pids.find((one) => clientPortsOf(one, site.router.port).has(clientPort(client)));
    });
    if (owner === pid) return client;
    client.close();
    return null;
  });
}
