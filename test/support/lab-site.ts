import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { connect as connectTls } from "node:tls";
import { connect as connectTcp, type Socket } from "node:net";
import { stringify } from "yaml";
import type { RawDocument } from "../../src/config/expand-presets.ts";
import { load } from "../../src/cli/load.ts";
import type { Config } from "../../src/config/config.ts";
import type { FarmStatus, MemberStatus } from "../../src/control/farm-status.ts";
import { writeLabCertificates } from "../../src/lab/certificates.ts";
import type { Lab } from "../../src/lab/lab.ts";
import type { LabOptions } from "../../src/lab/lab-options.ts";
import { startLab } from "../../src/lab/start-lab.ts";
import { RawClient } from "../../src/lab/testing/raw-client.ts";
import { startFairlead, type Fairlead } from "../../src/main.ts";
import { checkHttp } from "../../src/health/checks/http.ts";
import { noLog } from "../../src/observe/log.ts";
import { systemClock, type Clock } from "../../src/util/clock.ts";
import { systemRandom } from "../../src/util/random.ts";
import { FakeClock } from "./fake-clock.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { until } from "./until.ts";

export type Layout = "shared-check" | "namespace-per-protocol" | "single-namespace";

interface SiteOptions {
  readonly lab?: LabOptions;
  readonly layout?: Layout;
  /** 2013 when left out. */
  readonly version?: 2007 | 2010 | 2013;
  /** Changes the written-out document; what is written to fairlead.yaml then has no `exchange` block. */
  readonly change?: (document: ExpandedDocument) => void;
  readonly clock?: Clock;
  /** false: does not wait until all members are known. */
  readonly settled?: boolean;
}

/** The parts of `check --expanded` that tests change. */
export interface ExpandedDocument extends RawDocument {
  servers: Record<string, unknown>;
  farms: Record<string, Record<string, unknown>>;
  routes: Record<string, unknown>[];
}

/** The whole product: a configuration file, the router that was started from it, and the lab behind it. */
export interface Site {
  readonly lab: Lab;
  readonly router: Fairlead;
  readonly folder: string;
  readonly file: string;
  /** 127.0.0.1, TLS; the certificate is the lab's for *.exchange.localhost. */
  readonly httpsPort: number;
  /** 127.0.0.1, plain. */
  readonly httpPort: number;
  /** Of the admin API. */
  readonly adminUrl: string;
  /** From the admin API. */
  farms(): Promise<FarmStatus[]>;
  member(farm: string, server: string): Promise<MemberStatus>;
  untilHealthy(farm: string, server: string, healthy?: boolean): Promise<MemberStatus>;
  readonly openPlain: () => Promise<RawClient>;
  readonly openTls: (host: string) => Promise<RawClient>;
}

/** Checks as often as the members may be checked, so that tests need not wait. */
const quickChecks = { every: "1s", whileFailing: "200ms", timeout: "1s", jitter: "0%" } as const;

export function exchangeDocument(lab: Lab, layout: Layout, version = 2013): Record<string, unknown> {
  const servers = lab.status().servers;
  const plain = { address: "127.0.0.1", port: 0 };
  const tls = { ...plain, certificates: [{ cert: "listener.pem", key: "listener-key.pem" }] };
  return {
    listen: lab.certificates === null ? [plain] : [tls, plain],
    servers: Object.fromEntries(servers.map(({ name, url }) => [name, url])),
    defaults: { health: quickChecks },
    exchange: {
      version,
      layout,
      domain: "exchange.localhost",
      servers: servers.map(({ name }) => name),
      ...(lab.certificates === null ? {} : { tls: { ca: "ca.pem", serverName: "localhost" } }),
    },
    admin: { port: 0 },
  };
}

/** Started by a test, closed with it. */
export async function startSite(t: TestContext, options: SiteOptions = {}): Promise<Site> {
  const { clock = systemClock } = options;
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const lab = await startLab(options.lab);
  t.after(() => lab.close());
  if (lab.certificates !== null) await writeLabCertificates(folder.path, lab.certificates);
  const file = join(folder.path, "fairlead.yaml");
  const config = await configure(file, lab, options);
  const router = await startFairlead(config, { clock, random: systemRandom, log: noLog, check: checkHttp });
  t.after(async () => {
    const closed = router.close(0);
    // What is still running is given no time, on this clock too.
    if (clock instanceof FakeClock) await clock.advance(1);
    await closed;
  });
  const site = createSite({ lab, router, folder: folder.path, file });
  if (options.settled !== false) await until(async () => (await site.farms()).every(isKnown));
  return site;
}

async function configure(file: string, lab: Lab, { layout, version, change }: SiteOptions): Promise<Config> {
  const document = exchangeDocument(lab, layout ?? "namespace-per-protocol", version);
  const first = await loaded(file, stringify(document));
  if (change === undefined) return first.config;
  const expanded: ExpandedDocument = JSON.parse(JSON.stringify(first.expanded));
  change(expanded);
  return (await loaded(file, stringify(expanded))).config;
}

async function loaded(file: string, text: string): Promise<{ config: Config; expanded: RawDocument }> {
  await writeFile(file, text);
  const result = await load(file);
  if (!result.ok) throw new Error(result.problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  return result;
}

function isKnown({ members }: FarmStatus): boolean {
  return members.every(({ healthy }) => healthy !== null);
}

function createSite(parts: Pick<Site, "lab" | "router" | "folder" | "file">): Site {
  const ports = parts.router.listeners.map(({ port }) => port);
  const httpPort = ports.at(-1) ?? 0;
  const httpsPort = ports[0] ?? 0;
  const adminUrl = `http://127.0.0.1:${parts.router.admin?.port ?? 0}`;
  const farms = async (): Promise<FarmStatus[]> => {
    const response = await fetch(`${adminUrl}/api/v1/farms`);
    const answer: FarmStatus[] = JSON.parse(await response.text());
    return answer;
  };
  const member = async (farm: string, server: string): Promise<MemberStatus> => {
    const found = (await farms()).find(({ name }) => name === farm)?.members.find((one) => one.server === server);
    if (found === undefined) throw new Error(`there is no ${server} in ${farm}`);
    return found;
  };
  return {
    ...parts,
    httpsPort,
    httpPort,
    adminUrl,
    farms,
    member,
    untilHealthy: async (farm, server, healthy = true) =>
      until(async () => {
        const found = await member(farm, server);
        return found.healthy === healthy && found;
      }),
    openPlain: async () =>
      rawClient(connectTcp({ host: "127.0.0.1", port: httpPort, noDelay: true, allowHalfOpen: true }), "connect"),
    openTls: async (host) =>
      rawClient(
        connectTls({ host: "127.0.0.1", port: httpsPort, servername: host, ca: parts.lab.certificates?.ca ?? "" }),
        "secureConnect",
      ),
  };
}

async function rawClient(socket: Socket, ready: "connect" | "secureConnect"): Promise<RawClient> {
  await new Promise<void>((resolve, reject) => socket.once(ready, resolve).once("error", reject));
  return new RawClient(socket);
}
