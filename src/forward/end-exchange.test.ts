import assert from "node:assert/strict";
import { Socket } from "node:net";
import { it, type TestContext } from "node:test";
import { withoutMembers } from "./without-members.ts";
import { aFarm } from "../../test/support/configs.ts";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { ConnectedMember } from "../net/connected-member.ts";
import { unixAddress } from "../util/ip-address.ts";
import { TimerWheel } from "../util/timer-wheel.ts";
import { ClientConnection } from "./client-connection.ts";
import { block } from "./client-side.ts";
import { discardConnection, endConnection } from "./end-exchange.ts";
import { Exchange, type RequestRouting } from "./exchange.ts";
import { memberSide } from "./member-side.ts";

const routing: RequestRouting = {
  receive: () => undefined,
  ...withoutMembers,
  ended: () => undefined,
};

function anExchange(t: TestContext): { exchange: Exchange; client: ClientConnection } {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock);
  const client = new ClientConnection(
    new Socket(),
    {
      address: "127.0.0.1",
      ip: unixAddress,
      protocol: "http",
      trusted: false,
      standard: false,
      removed: [],
      certificateLine: "",
    },
    {
      wheel,
      routing,
      monotonic: () => clock.monotonic(),
      after: (delayMs, run) => clock.after(delayMs, run),
      dateLine: () => "",
      headerTimeoutMs: 0,
      maxHeaderBytes: 1000,
      maxHeaderFields: 100,
      maxUrlBytes: 1000,
      failed: () => undefined,
    },
  );
  const exchange = new Exchange(client, routing, { monotonic: () => clock.monotonic(), listen: memberSide });
  const farm = aFarm();
  const member = new ConnectedMember(farm, farm.members[0], wheel);
  exchange.connection = member.connect();
  exchange.connection.socket.destroy();
  member.current = 1;
  t.after(() => client.socket.destroy());
  return { exchange, client };
}

for (const [name, end] of [
  ["discarded", discardConnection],
  ["ended", endConnection],
] as const) {
  it(`a client that was not read because the member took no more is read again once that connection is ${name}`, (t) => {
    const { exchange, client } = anExchange(t);
    const { connection } = exchange;
    client.reading.block(block.memberFull);
    assert.equal(client.socket.isPaused(), true);
    end(exchange);
    assert.equal(client.socket.isPaused(), false);
    assert.equal(exchange.connection, null);
    assert.equal(connection?.member.current, 0);
  });
}

it("rules are for one request, and what rewrites its body ends with it", (t) => {
  const { exchange } = anExchange(t);
  let destroyed = 0;
  const body = {
    write: () => true,
    end: () => undefined,
    resume: () => undefined,
    destroy: () => void destroyed++,
  };
  exchange.outbound = () => null;
  exchange.rewriting = { body, memberDone: false };
  discardConnection(exchange);
  assert.equal(exchange.rewriting, null);
  exchange.reset();
  assert.equal(destroyed, 1);
  assert.equal(exchange.outbound, null);
});
