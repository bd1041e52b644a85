import { ConnectionGone } from "./connection-gone.ts";
import type { LabExchange } from "./lab-exchange.ts";
import { takeFault, type Pool, type PoolFault } from "./pool.ts";
import { serviceUnavailable } from "./service-unavailable.ts";

const promisedBytes = 1000;
const promise = [["Content-Length", String(promisedBytes)]] as const;

/** What the pool's state does to a request. true = it has its answer, or will never get one. */
export async function applyState(exchange: LabExchange, pool: Pool): Promise<boolean> {
  if (pool.state === "slow") await exchange.connection.delay(pool.delayMs);
  if (pool.state === "stopped") {
    exchange.keepAlive = false;
    await exchange.respond(serviceUnavailable);
    return true;
  }
  if (pool.state !== "hung") return false;
  exchange.keepAlive = false;
  await exchange.connection.swallow();
  return true;
}

/** true = the request met a fault and the connection is of no more use. */
export async function applyFault(exchange: LabExchange, pool: Pool): Promise<boolean> {
  const fault = takeFault(pool);
  if (fault === null) return false;
  exchange.keepAlive = false;
  await faults[fault](exchange);
  return true;
}

const faults: Readonly<Record<PoolFault, (exchange: LabExchange) => Promise<void>>> = {
  async reset({ connection }) {
    connection.reset();
    throw new ConnectionGone("reset");
  },
  async "close-early"(exchange) {
    await exchange.begin({ status: 200, fields: promise });
    await exchange.write("x".repeat(promisedBytes / 10));
  },
  async garbage(exchange) {
    await exchange.write("\u0016\u0003\u0001 this is not HTTP\r\n\r\n");
  },
  async stall(exchange) {
    await exchange.begin({ status: 200, fields: promise });
    await exchange.connection.swallow();
  },
};
