import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test, type TestContext } from "node:test";
import { RawMember } from "../support/raw-member.ts";
import { runRouter, type RunningRouter } from "../support/running-router.ts";
import { RawClient } from "../support/start-router.ts";

const timeout = 60_000;
const skip = process.platform === "win32" ? "no signals on Windows" : false;
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

interface Running {
  readonly router: RunningRouter;
  readonly member: RawMember;
  readonly open: () => RawClient;
}

async function start(t: TestContext): Promise<Running> {
  const member = await RawMember.start();
  t.after(() => member.close());
  const router = await runRouter(t, {
    listen: [{ address: "127.0.0.1", port: 0 }],
    servers: { m1: `http://127.0.0.1:${member.config.port}` },
    farms: { all: { servers: ["m1"], health: "off" } },
    routes: [{ farm: "all" }],
  });
  const open = (): RawClient => {
    const client = new RawClient(router.port);
    t.after(() => client.close());
    return client;
  };
  return { router, member, open };
}

test("SIGTERM: the running request ends, new ones are refused, exit code 0", { timeout, skip }, async (t) => {
  const { router, member, open } = await start(t);
  const idle = open();
  const busy = open().write(get);
  const connection = await member.connection();
  await connection.untilText("\r\n\r\n");
  connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
  await busy.untilText("12345");
  router.program.signal("SIGTERM");
  await router.program.untilOutput(/"event":"router.stopping"/);
  await idle.untilEnd();
  assert.equal(idle.text, "");
  idle.close();
  const refused = connect(router.port, "127.0.0.1");
  const [error] = await once(refused, "error");
  assert.equal(error.code, "ECONNREFUSED");
  assert.equal(router.program.code, undefined);
  connection.write("67890");
  assert.match(await busy.untilEnd(), /\r\n\r\n1234567890$/);
  busy.close();
  await router.program.ended();
  assert.equal(router.program.code, 0, router.program.errors);
});

test("a second signal ends it at once", { timeout, skip }, async (t) => {
  const { router, member, open } = await start(t);
  const busy = open().write(get);
  await (await member.connection()).untilText("\r\n\r\n");
  router.program.signal("SIGINT");
  await router.program.untilOutput(/"event":"router.stopping"/);
  assert.equal(router.program.code, undefined);
  router.program.signal("SIGINT");
  await router.program.ended();
  assert.equal(router.program.code, 1);
  assert.equal(await busy.untilEnd(), "");
});
