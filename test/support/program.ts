import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the compiled files, and of the clone. */
const compiled = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const clone = dirname(compiled);

/** The launcher starts what is in `dist`; what was compiled elsewhere is started as the launcher would. */
const launcher = `${clone}/bin/fairlead.mjs`;
const start =
  basename(compiled) === "dist" && existsSync(launcher)
    ? [launcher]
    : [
        "--input-type=module",
        "--eval",
        `import { main } from ${JSON.stringify(`${compiled}/src/cli/program.js`)}; await main(process.argv.slice(1));`,
        "--",
      ];

interface Options {
  /** How many files it may have open. */
  readonly openFiles?: number;
  /** Another program of Node's, instead of `fairlead`. */
  readonly script?: string;
  /** A program in front of it, which becomes it. */
  readonly before?: readonly string[];
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The program and arguments that run `fairlead WORDS`. */
export function commandLine(words: readonly string[]): string[] {
  return [process.execPath, ...start, ...words];
}

/** `fairlead WORDS` as a process of its own. */
export class Program {
  readonly process: ChildProcess;
  output = "";
  errors = "";
  /** Set once it has ended; null then means by a signal. */
  code: number | null | undefined;
  #wake: (() => void)[] = [];

  constructor(words: readonly string[], { folder, env, openFiles, script, before = [] }: Options = {}) {
    const command = script === undefined ? commandLine(words) : [process.execPath, script, ...words];
    const [file = "", ...args] = [...before, ...(openFiles === undefined ? command : limited(command, openFiles))];
    this.process = spawn(file, args, {
      cwd: folder ?? clone,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.process.stdout?.on("data", (bytes: Buffer) => this.#changed(() => (this.output += bytes.toString())));
    this.process.stderr?.on("data", (bytes: Buffer) => this.#changed(() => (this.errors += bytes.toString())));
    this.process.on("close", (code) => this.#changed(() => (this.code = code)));
  }

  /** Fails where the program ends before. */
  async untilOutput(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found !== null) return found;
      if (this.code !== undefined) throw new Error(`ended with ${this.code} before ${pattern}: ${this.errors}`);
      await this.#next();
    }
  }

  async ended(): Promise<this> {
    while (this.code === undefined) await this.#next();
    return this;
  }

  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  /** For `after`: ends it whatever it does. */
  async kill(): Promise<void> {
    if (this.code === undefined) this.process.kill("SIGKILL");
    await this.ended();
  }

  async #next(): Promise<void> {
    await new Promise<void>((wake) => this.#wake.push(wake));
  }

  #changed(change: () => void): void {
    change();
    for (const wake of this.#wake.splice(0)) wake();
  }
}

function limited(command: readonly string[], openFiles: number): string[] {
  return ["sh", "-c", `ulimit -n ${openFiles} && exec "$0" "$@"`, ...command];
}

/** Runs `fairlead WORDS` to its end. */
export async function fairlead(words: readonly string[], options: Options = {}): Promise<Program> {
  return new Program(words, options).ended();
}
