import { connect, type Socket } from "node:net";
import type { Config, FarmConfig, ListenerConfig } from "../../src/config/config.ts";
import type { Check } from "../../src/health/check.ts";
import { checkHttp } from "../../src/health/checks/http.ts";
import { startFairlead, type Fairlead } from "../../src/main.ts";
import { noLog } from "../../src/observe/log.ts";
import { systemClock, type Clock } from "../../src/util/clock.ts";
import { Changes, tail } from "./changes.ts";
import { aConfig } from "./configs.ts";

export interface TestRouter extends Fairlead {
  /** Of the first listener. */
  readonly port: number;
}

interface Options {
  readonly config?: Partial<Config>;
  readonly listener?: Partial<ListenerConfig>;
  readonly clock?: Clock;
  readonly check?: Check;
}

/** A router on a free port of 127.0.0.1 that serves the first farm under every address; no health check by default. */
export async function startRouter(farms: readonly FarmConfig[], options: Options = {}): Promise<TestRouter> {
  const config = aConfig(farms, {
    listeners: [{ ...aListener(), ...options.listener }],
    routes: [{ host: null, path: "/", farm: farms[0]?.name ?? "" }],
    ...options.config,
  });
  return startRouterWith(config, options);
}

export async function startRouterWith(
  config: Config,
  options: Pick<Options, "clock" | "check"> = {},
): Promise<TestRouter> {
  const { clock = systemClock, check = checkHttp } = options;
  const router = await startFairlead(config, { clock, random: () => 0.5, log: noLog, check });
  return { ...router, port: router.listeners[0]?.port ?? 0 };
}

export function aListener(rest: Partial<ListenerConfig> = {}): ListenerConfig {
  return {
    address: "127.0.0.1",
    port: 0,
    tls: null,
    redirect: null,
    headerTimeoutMs: 20_000,
    maxHeaderBytes: 131_072,
    ...rest,
  };
}

/** A raw client connection: bytes in, bytes out. */
export class RawClient {
  readonly socket: Socket;
  received = Buffer.alloc(0);
  /** Bytes that have come in all. */
  total = 0;
  /** Of what has come at most so many bytes are kept, for bodies that nobody wants to see. */
  keep = Infinity;
  ended = false;
  closed = false;
  readonly #changes = new Changes();

  constructor(port: number) {
    this.socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true });
    this.socket.on("data", (bytes) => {
      this.total += bytes.length;
      const received = bytes.length < this.keep ? Buffer.concat([this.received, bytes]) : bytes;
      this.received = received.length > this.keep ? received.subarray(-this.keep) : received;
      this.#changes.happened();
    });
    this.socket.on("end", () => {
      this.ended = true;
      this.#changes.happened();
    });
    this.socket.on("close", () => {
      this.closed = true;
      this.#changes.happened();
    });
    this.socket.on("error", () => undefined);
  }

  get text(): string {
    return this.received.toString("latin1");
  }

  write(text: string | Buffer): this {
    if (typeof text === "string") this.socket.write(text, "latin1");
    else this.socket.write(text);
    return this;
  }

  /** Resolves once the condition holds for what has come so far. */
  async until(condition: (client: this) => boolean): Promise<this> {
    await this.#changes.until(
      () => condition(this),
      () => `the client got ${tail(this.received)}${this.closed ? ", closed" : this.ended ? ", ended" : ""}`,
    );
    return this;
  }

  async untilText(part: string | RegExp): Promise<string> {
    await this.until(({ text }) => (typeof part === "string" ? text.includes(part) : part.test(text)));
    return this.text;
  }

  async untilEnd(): Promise<string> {
    await this.until(({ ended, closed }) => ended || closed);
    return this.text;
  }

  close(): void {
    this.socket.destroy();
  }
}
