import { writeFile } from "node:fs/promises";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { stringify } from "yaml";
import type { FarmStatus, MemberStatus, ServerStatus } from "../../src/control/farm-status.ts";
import type { Lab } from "../../src/lab/lab.ts";
import { startLab } from "../../src/lab/start-lab.ts";
import { RawClient } from "../../src/lab/testing/raw-client.ts";
import { exchangeDocument, type Layout } from "./lab-site.ts";
import { fairlead, Program } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { until } from "./until.ts";

/** A process of the router before a lab, as an operator sees it. */
export class LabRouter {
  readonly program: Program;
  readonly port: number;
  readonly admin: string;

  constructor(program: Program, port: number, admin: string) {
    this.program = program;
    this.port = port;
    this.admin = admin;
  }

  /** Runs a command against it; gives what it printed. */
  async command(...words: string[]): Promise<string> {
    const { code, output, errors } = await fairlead([...words, "--admin", this.admin]);
    if (code !== 0) throw new Error(output + errors);
    return output;
  }

  async servers(): Promise<ServerStatus[]> {
    return JSON.parse(await (await fetch(`${this.admin}/api/v1/servers`)).text());
  }

  async server(name: string): Promise<ServerStatus> {
    const found = (await this.servers()).find((server) => server.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  /** As `status --json` tells it. */
  async member(farm: string, server: string): Promise<MemberStatus> {
    const farms: FarmStatus[] = JSON.parse(await this.command("status", "--json"));
    const found = farms.find(({ name }) => name === farm)?.members.find((member) => member.server === server);
    if (found === undefined) throw new Error(`there is no ${server} in ${farm}`);
    return found;
  }

  async untilKnown(): Promise<this> {
    await until(async () => (await this.servers()).every(({ members }) => members.every(({ healthy }) => healthy)));
    return this;
  }

  async open(t: TestContext): Promise<RawClient> {
    const socket = connect({ host: "127.0.0.1", port: this.port, noDelay: true, allowHalfOpen: true });
    t.after(() => socket.destroy());
    await once(socket, "connect");
    return new RawClient(socket);
  }
}

export interface LabRouterSite {
  readonly lab: Lab;
  readonly folder: string;
  /** One more process with the same configuration, killed with the test. */
  readonly start: () => Promise<LabRouter>;
}

interface Options {
  readonly workers: number;
  readonly layout: Layout;
  readonly oabBytes?: number;
}

/** Two servers of 2013, of which EWS wants NTLM, and a configuration for them. */
export async function labRouterSite(t: TestContext, options: Options): Promise<LabRouterSite> {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const authentication = { owa: "none", ews: "required", eas: "none", oab: "none" } as const;
  const servers = ["cas1", "cas2"].map((name) => ({ name, tls: false, authentication }));
  const lab = await startLab({ servers, ...(options.oabBytes === undefined ? {} : { oabBytes: options.oabBytes }) });
  t.after(() => lab.close());
  const document = exchangeDocument(lab, options.layout);
  const defaults = { health: { every: "1s", whileFailing: "200ms", timeout: "5s", jitter: "0%" }, slowStart: "off" };
  const text = stringify({ ...document, defaults, workers: options.workers, stop: { grace: "1s" } });
  await writeFile(join(folder.path, "fairlead.yaml"), text);
  const start = async (): Promise<LabRouter> => {
    const program = new Program(["run"], { folder: folder.path });
    t.after(() => program.kill());
    await program.untilOutput(/"event":"router.started"/);
    const [, port = ""] = await program.untilOutput(/"event":"listener.bound".*?"port":(\d+)/);
    const [, admin = ""] = await program.untilOutput(/"event":"admin.bound","url":"([^"]+)"/);
    return new LabRouter(program, Number(port), admin).untilKnown();
  };
  return { lab, folder: folder.path, start };
}
