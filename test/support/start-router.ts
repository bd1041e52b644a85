import { connect } from "node:net";
import type { Config, ListenerConfig } from "../../src/config/config.ts";
import type { FarmConfig } from "../../src/config/farm-config.ts";
import type { ExchangeObserver } from "../../src/farm/exchange-record.ts";
import type { Check } from "../../src/health/check.ts";
import { checkHttp } from "../../src/health/checks/http.ts";
import { startFairlead, type Fairlead } from "../../src/main.ts";
import { noLog } from "../../src/observe/log.ts";
import { systemClock, type Clock } from "../../src/util/clock.ts";
import { RawEnd } from "./raw-end.ts";
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
  readonly observers?: readonly ExchangeObserver[];
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
  options: Omit<Options, "config" | "listener"> = {},
): Promise<TestRouter> {
  const { clock = systemClock, check = checkHttp, observers = [] } = options;
  const router = await startFairlead(config, { clock, random: () => 0.5, log: noLog, check, observers });
  return { ...router, port: router.listeners[0]?.port ?? 0 };
}

export function aListener(rest: Partial<ListenerConfig> = {}): ListenerConfig {
  return {
    entry: 0,
    address: "127.0.0.1",
    port: 0,
    unix: null,
    proxyProtocol: null,
    tls: null,
    redirect: null,
    headerTimeoutMs: 20_000,
    maxHeaderBytes: 131_072,
    maxHeaderFields: 200,
    maxUrlBytes: 16_384,
    ...rest,
  };
}

/** A raw client connection: bytes in, bytes out. */
export class RawClient extends RawEnd {
  constructor(port: number) {
    super(connect({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true }), "the client");
  }

  async untilEnd(): Promise<string> {
    await this.untilGone();
    return this.text;
  }

  close(): void {
    this.socket.destroy();
  }
}
