import { Agent, request } from "node:https";
import type { Site } from "./lab-site.ts";

export interface Answer {
  /** In the order in which the requests began. */
  readonly number: number;
  readonly name: string;
  readonly status: number;
  /** X-FEServer. */
  readonly server: string;
}

export interface Wanted {
  readonly name: string;
  readonly host: string;
  readonly path: string;
}

const paceMs = 10;

/**
 * Clients that GET all the time, each thing on a connection that is kept and on new ones; Node's own HTTP client, which
 * shares no code with the router.
 */
export class SteadyClients {
  readonly answers: Answer[] = [];
  /** Whatever is no 2xx or 3xx. */
  readonly failures: string[] = [];
  readonly #site: Site;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #loops: Promise<void>[] = [];
  #begun = 0;
  #stopped = false;

  constructor(site: Site, wanted: readonly Wanted[]) {
    this.#site = site;
    for (const one of wanted) this.#loops.push(this.#loop(one, this.#agent), this.#loop(one, undefined));
  }

  /** Answers to requests that begin from now on are `since` this. */
  mark(): number {
    return this.#begun;
  }

  since(mark: number, name: string): Answer[] {
    return this.answers.filter((answer) => answer.number >= mark && answer.name === name);
  }

  /** The servers that answered. */
  serversSince(mark: number, name: string): string[] {
    return [...new Set(this.since(mark, name).map(({ server }) => server))].toSorted();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
    this.#agent.destroy();
  }

  async #loop({ name, host, path }: Wanted, agent: Agent | undefined): Promise<void> {
    while (!this.#stopped) {
      const number = this.#begun++;
      try {
        const { status, server } = await get(this.#site, { host, path, agent });
        this.answers.push({ number, name, status, server });
        if (status < 200 || status > 399) this.failures.push(`${name}: ${status} from ${server}`);
      } catch (error) {
        this.failures.push(`${name}: ${String(error)}`);
      }
      await new Promise<void>((resolve) => setTimeout(resolve, paceMs));
    }
  }
}

interface Got {
  readonly status: number;
  readonly server: string;
}

async function get(
  site: Site,
  { host, path, agent }: { host: string; path: string; agent: Agent | undefined },
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port: site.httpsPort,
      servername: host,
      ca: site.lab.certificates?.ca ?? "",
      headers: { host },
      path,
      agent: agent ?? new Agent({ keepAlive: false, maxCachedSessions: 0 }),
    };
    request(options, (response) => {
      response.on("error", reject).on("end", () => {
        const server = response.headers["x-feserver"];
        resolve({ status: response.statusCode ?? 0, server: typeof server === "string" ? server : "" });
      });
      response.resume();
    })
      .on("error", reject)
      .end();
  });
}
