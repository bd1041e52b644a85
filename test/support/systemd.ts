import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TestContext } from "node:test";
import { Changes } from "./changes.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** From the compiled file to the source: the compiler copies no Python. */
const script = fileURLToPath(new URL("../../../test/support/datagrams.py", import.meta.url));

/** What a service tells by sd_notify(3), as systemd would hear it. */
export class Notifications {
  /** NOTIFY_SOCKET. */
  readonly socket: string;
  /** Each one's assignments. */
  readonly all: string[][] = [];
  readonly #changes = new Changes();

  private constructor(socket: string) {
    this.socket = socket;
  }

  static async start(t: TestContext): Promise<Notifications> {
    const folder = await temporaryFolder();
    t.after(folder.remove);
    const heard = new Notifications(join(folder.path, "notify"));
    const receiver = spawn("/usr/bin/python3", [script, heard.socket], { stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => receiver.kill("SIGKILL"));
    let ready = false;
    createInterface(receiver.stdout).on("line", (line) => {
      if (line === "ready") ready = true;
      else heard.all.push(JSON.parse(line));
      heard.#changes.happened();
    });
    await heard.#changes.until(
      () => ready,
      () => "the receiver does not start",
    );
    return heard;
  }

  /** Resolves with the first one after `from` that says so. */
  async until(assignment: string, from = 0): Promise<readonly string[]> {
    const find = (): string[] | undefined => this.all.slice(from).find((states) => states.includes(assignment));
    await this.#changes.until(
      () => find() !== undefined,
      () => `${assignment} was not said: ${JSON.stringify(this.all)}`,
    );
    return find() ?? [];
  }

  /** Those that were said, without systemd-notify's own. */
  words(): string[] {
    return this.all.flatMap(([first = ""]) => (first === "BARRIER=1" ? [] : [first]));
  }
}
