import assert from "node:assert/strict";
import { it } from "node:test";
import { aConfig } from "../../test/support/configs.ts";
import { aListener } from "../../test/support/start-router.ts";
import { until } from "../../test/support/until.ts";
import type { ToControl } from "../farm/messages.ts";
import { createBoundSockets } from "../listen/bound-sockets.ts";
import { noLog } from "../observe/log.ts";
import { systemClock } from "../util/clock.ts";
import { createForwardingSide } from "./forwarding-side.ts";

it("takes a configuration that comes while the one before is being put in force", async (t) => {
  const said: ToControl[] = [];
  const side = createForwardingSide({ clock: systemClock, log: noLog, shared: true, send: (told) => said.push(told) });
  const sockets = createBoundSockets();
  t.after(() => sockets.close());
  const first = aConfig([], { listeners: [aListener()] });
  await sockets.open(first);
  for (const [key, { handle }] of sockets.all) side.receive({ type: "socket", key }, handle);
  const second = aConfig([], { listeners: [aListener({ headerTimeoutMs: 1000 })] });
  side.receive({ type: "configure", generation: 1, config: first });
  side.receive({ type: "configure", generation: 2, config: second });
  await until(() => said.some((told) => told.type === "applied" && told.generation === 2));
  const applied = said.flatMap((told) => (told.type === "applied" ? [told] : []));
  assert.deepEqual(
    applied.map(({ problems }) => problems),
    [[], []],
  );
  side.receive({ type: "stop", graceMs: 0, successor: false });
  await until(() => said.some(({ type }) => type === "stopped"));
});
