import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import type { TestContext } from "node:test";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import type { ListenerConfig } from "../../src/config/config.ts";
import type { ClientSettings } from "../../src/forward/client-settings.ts";
import { acceptedSocketOptions, createDoor, type Door } from "../../src/listen/door.ts";
import type { EntranceOptions } from "../../src/listen/entrance.ts";
import { ConnectionLimits } from "../../src/listen/connection-limits.ts";
import { createRefusals } from "../../src/listen/refusals.ts";
import { OcspStaples } from "../../src/listen/ocsp-staples.ts";
import { listenerMetrics } from "../../src/observe/listener-metrics.ts";
import { noLog } from "../../src/observe/log.ts";
import { OpenChallenges } from "../../src/router/open-challenges.ts";
import { redirectToHttps } from "../../src/router/redirect-to-https.ts";
import { systemClock } from "../../src/util/clock.ts";
import { TimerWheel } from "../../src/util/timer-wheel.ts";
import { portOf } from "./port-of.ts";

/** Settings whose requests are all redirected. */
export function listenerSettings(config: ListenerConfig): EntranceOptions {
  const wheel = new TimerWheel(systemClock);
  const client: ClientSettings = {
    wheel,
    routing: redirectToHttps(443, () => undefined),
    monotonic: () => systemClock.monotonic(),
    after: (delayMs, run) => systemClock.after(delayMs, run),
    dateLine: () => "",
    headerTimeoutMs: config.headerTimeoutMs,
    maxHeaderFields: 200,
    maxUrlBytes: 16_384,
    maxHeaderBytes: config.maxHeaderBytes,
    failed: (error) => assert.fail(String(error)),
  };
  const challenges = new OpenChallenges();
  const counts = listenerMetrics.layout.newRow();
  const forwarded = { trusted: [], standard: false };
  return {
    config,
    forwarded,
    client,
    challenges,
    limits: new ConnectionLimits(null),
    refusals: createRefusals({ after: client.after, log: noLog }),
    staples: new OcspStaples(),
    removed: [],
    now: () => systemClock.now(),
    log: noLog,
    counts,
    ticketKeys: null,
  };
}

interface StartedDoor {
  readonly door: Door;
  readonly port: number;
}

/** A door on a free port of 127.0.0.1, without a router behind it. */
export async function startDoor(t: TestContext, config: ListenerConfig): Promise<StartedDoor> {
  const door = createDoor(listenerSettings(config));
  const server = createServer(acceptedSocketOptions, (socket) => door.accept(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(async () => {
    server.close();
    await door.close(0, "at-once");
  });
  return { door, port: portOf(server) };
}

/** A client's TLS connection; rejects where the handshake fails. */
export async function handshake(t: TestContext, port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
  t.after(() => socket.destroy());
  await once(socket, "secureConnect");
  // The router may close first, with bytes on their way to it.
  socket.on("error", () => undefined);
  return socket;
}
