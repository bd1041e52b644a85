import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { start, stop } from "../processes.mjs";

const program = join(import.meta.dirname, "member.mjs");

/** One server of both protocols: a process that can be killed, frozen and told to fail. */
export class Server {
  #child;
  #journal;

  constructor(name, port, folder) {
    this.name = name;
    this.port = port;
    this.#journal = join(folder, `${name}-${port}.journal`);
  }

  async start() {
    const args = [program, this.name, String(this.port), this.#journal];
    this.#child = start({ command: process.execPath, args, ipc: true }, null);
    await this.#message("ready");
  }

  async kill() {
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }

  freeze() {
    this.#child.kill("SIGSTOP");
  }

  thaw() {
    this.#child.kill("SIGCONT");
  }

  async tell(protocol, mode) {
    this.#child.send({ protocol, mode });
    await this.#message("done");
  }

  stop() {
    if (this.#child !== undefined) stop(this.#child);
  }

  /** What it noted of each request, in order: { at, what, protocol, method, id }. */
  noted() {
    if (!existsSync(this.#journal)) return [];
    const lines = readFileSync(this.#journal, "utf8").split("\n").filter(Boolean);
    return lines.map((line) => {
      const [at, what, protocol, method, id] = line.split(" ");
      return { server: this.name, at: Number(at), what, protocol, method, id: Number(id) };
    });
  }

  async #message(expected) {
    const child = this.#child;
    const signal = AbortSignal.timeout(10_000);
    const ended = new AbortController();
    const gone = once(child, "exit", { signal: ended.signal }).then(() => {
      throw new Error(`server ${this.name} ended: ${child.said}`);
    });
    try {
      await Promise.race([once(child, "message", { signal }), gone]);
    } catch (error) {
      throw new Error(`server ${this.name} was not ${expected}: ${error.message}`, { cause: error });
    } finally {
      gone.catch(() => undefined);
      ended.abort();
    }
  }
}
