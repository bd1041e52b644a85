import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { it } from "node:test";
import { withoutMembers } from "./without-members.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { portOf } from "../../test/support/port-of.ts";
import { unixAddress } from "../util/ip-address.ts";
import { TimerWheel } from "../util/timer-wheel.ts";
import { ClientConnection } from "./client-connection.ts";
import type { RequestRouting } from "./exchange.ts";
import { respondFault } from "./own-response.ts";

it("a fault of the router itself is a 500 that closes the one connection on which it came", async (t) => {
  const failures: unknown[] = [];
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock);
  const routing: RequestRouting = {
    receive({ client }) {
      if (client.head.target === "/broken") throw new Error("broken");
      respondFault(client, "no-route");
    },
    ...withoutMembers,
    ended: () => undefined,
  };
  const origin = {
    address: "127.0.0.1",
    ip: unixAddress,
    protocol: "http",
    trusted: false,
    standard: false,
    removed: [],
    certificateLine: "",
  } as const;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const settings = {
      wheel,
      routing,
      monotonic: () => clock.monotonic(),
      after: clock.after.bind(clock),
      dateLine: () => "",
      headerTimeoutMs: 0,
      maxHeaderBytes: 1000,
      maxHeaderFields: 100,
      maxUrlBytes: 1000,
      failed: (error: unknown) => failures.push(error),
    };
    assert.ok(new ClientConnection(socket, origin, settings).idle);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    wheel.close();
  });
  const answer = async (target: string): Promise<string> => {
    const socket = connect(portOf(server), "127.0.0.1");
    socket.end(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n`);
    let text = "";
    for await (const bytes of socket) text += String(bytes);
    return text;
  };
  assert.match(
    await answer("/broken"),
    /^HTTP\/1\.1 500 [^]*X-Fairlead-Error: internal-error\r\n[^]*Connection: close\r\n/,
  );
  assert.match(await answer("/"), /^HTTP\/1\.1 404 [^]*HTTP\/1\.1 404 /);
  assert.equal(failures.length, 1);
});
