import { Agent, request } from "node:https";
import type { Site } from "./lab-site.ts";

/** Clients that POST all the time, each request with a number of its own in its target: `?post=7`. */
export class PostClients {
  /** 0 = the connection broke. */
  readonly statuses: number[] = [];
  readonly #site: Site;
  readonly #host: string;
  readonly #path: string;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #loops: Promise<void>[] = [];
  #begun = 0;
  #stopped = false;

  constructor(site: Site, { host, path }: { readonly host: string; readonly path: string }, count: number) {
    this.#site = site;
    this.#host = host;
    this.#path = path;
    for (let loop = 0; loop < count; loop++) this.#loops.push(this.#loop());
  }

  get begun(): number {
    return this.#begun;
  }

  /** Resolves when all are answered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
    this.#agent.destroy();
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) this.statuses.push(await this.#post(++this.#begun));
  }

  async #post(number: number): Promise<number> {
    return new Promise((resolve) => {
      const options = {
        host: "127.0.0.1",
        port: this.#site.httpsPort,
        servername: this.#host,
        ca: this.#site.lab.certificates?.ca ?? "",
        headers: { host: this.#host, "content-length": 3 },
        method: "POST",
        path: `${this.#path}?post=${number}`,
        agent: this.#agent,
      };
      const sent = request(options, (response) => {
        response.on("error", () => resolve(0)).on("end", () => resolve(response.statusCode ?? 0));
        response.resume();
      });
      sent.on("error", () => resolve(0)).end("abc");
    });
  }
}
