import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { until } from "../support/until.ts";
import { startWorkerSite } from "../support/worker-site.ts";

const timeout = 60_000;
const skip = process.platform === "win32" ? "no signals on Windows" : false;
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

async function faultOf(port: number): Promise<unknown> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return null;
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  } finally {
    socket.destroy();
  }
}

for (const workers of [0, 2]) {
  test(
    `SIGTERM: what runs ends, what is idle is closed, what is new is refused; ${workers} workers`,
    { timeout, skip },
    async (t) => {
      const { router, member, open } = await startWorkerSite(t, { workers });
      const idle = open();
      const answered = open().write(get);
      const first = await member.connection(0);
      await first.untilText("\r\n\r\n");
      first.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      await answered.untilText("ok");
      const running = open().write(get);
      const begun = open().write(get);
      const requests = (): number =>
        member.connections.reduce((all, { text }) => all + text.split("\r\n\r\n").length - 1, 0);
      await until(() => requests() === 3);
      router.program.signal("SIGTERM");
      for (const client of [idle, answered]) {
        await client.untilEnd();
        client.close();
      }
      await until(async () => (await faultOf(router.port)) === "ECONNREFUSED");
      assert.equal(router.program.code, undefined);
      for (const connection of member.connections.slice(-2)) {
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nend");
      }
      for (const client of [running, begun]) {
        assert.match(await client.untilEnd(), /^HTTP\/1\.1 200 OK\r\n[^]*\r\nConnection: close\r\n\r\nend$/);
        client.close();
      }
      await router.program.ended();
      assert.equal(router.program.code, 0, router.program.errors);
    },
  );

  test(`what runs is cut after stop.grace, exit code 0; ${workers} workers`, { timeout, skip }, async (t) => {
    const { router, member, open } = await startWorkerSite(t, { workers, document: { stop: { grace: "300ms" } } });
    const client = open().write(get);
    await (await member.connection()).untilText("\r\n\r\n");
    router.program.signal("SIGTERM");
    assert.equal(await client.untilEnd(), "");
    await router.program.ended();
    assert.equal(router.program.code, 0, router.program.errors);
  });

  test(`a second signal ends it at once; ${workers} workers`, { timeout, skip }, async (t) => {
    const { router, member, open } = await startWorkerSite(t, { workers });
    const client = open().write(get);
    await (await member.connection()).untilText("\r\n\r\n");
    router.program.signal("SIGTERM");
    await router.program.untilOutput(/"event":"router.stopping"/);
    router.program.signal("SIGTERM");
    await router.program.ended();
    assert.equal(router.program.code, 1);
    assert.equal(await client.untilEnd(), "");
  });
}
