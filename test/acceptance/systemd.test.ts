import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { builtInDefaults } from "../../src/config/defaults.ts";
import { fairlead } from "../support/program.ts";
import { runRouter, type RunningRouter } from "../support/running-router.ts";
import { Notifications } from "../support/systemd.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const timeout = 60_000;
const skip = process.platform === "linux" ? false : "no systemd here";

const document = {
  listen: [{ address: "127.0.0.1", port: 0 }],
  servers: { m1: "http://127.0.0.1:9" },
  farms: { all: { servers: ["m1"], health: "off" } },
  routes: [{ farm: "all" }],
};

async function startService(
  t: TestContext,
  env: Readonly<Record<string, string>> = {},
  extra: object = {},
): Promise<{ readonly router: RunningRouter; readonly heard: Notifications }> {
  const heard = await Notifications.start(t);
  const router = await runRouter(t, { ...document, ...extra }, { env: { NOTIFY_SOCKET: heard.socket, ...env } });
  return { router, heard };
}

test("systemd hears when the router serves, reloads on SIGHUP and stops", { timeout, skip }, async (t) => {
  const { router, heard } = await startService(t, {}, { stop: { grace: "7s" } });
  assert.deepEqual(await heard.until("READY=1"), ["READY=1", `MAINPID=${router.program.process.pid}`]);
  const before = heard.all.length;
  router.program.signal("SIGHUP");
  const [, time] = await heard.until("RELOADING=1", before);
  assert.match(time ?? "", /^MONOTONIC_USEC=\d+$/);
  await heard.until("READY=1", before);
  router.program.signal("SIGTERM");
  assert.deepEqual(await heard.until("STOPPING=1"), ["STOPPING=1", "EXTEND_TIMEOUT_USEC=22000000"]);
  assert.deepEqual(heard.words(), ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]);
  assert.equal((await router.program.ended()).code, 0);
});

test("systemd's watchdog hears the control process while its workers live", { timeout, skip }, async (t) => {
  const { router, heard } = await startService(t, { WATCHDOG_USEC: "200000", WATCHDOG_PID: "1" }, { workers: 1 });
  await heard.until("WATCHDOG=1");
  await heard.until("WATCHDOG=1", heard.all.length);
  router.program.signal("SIGTERM");
  await router.program.ended();
});

test(
  "after an upgrade systemd's main process is the new one, and only that one speaks",
  { timeout, skip },
  async (t) => {
    const { router, heard } = await startService(t);
    await heard.until("READY=1");
    const before = heard.all.length;
    const upgrade = await fairlead(["upgrade", "--json", "--admin", router.adminUrl]);
    assert.equal(upgrade.code, 0, upgrade.errors);
    const { pid } = JSON.parse(upgrade.output);
    try {
      assert.notEqual(pid, router.program.process.pid);
      assert.deepEqual(await heard.until("READY=1", before), ["READY=1", `MAINPID=${pid}`]);
    } finally {
      process.kill(pid, "SIGTERM");
    }
    await heard.until("STOPPING=1");
    await router.program.ended();
    assert.deepEqual(heard.words(), ["READY=1", "READY=1", "STOPPING=1"]);
  },
);

test("where nobody asks, nobody is told and no program is started", { timeout, skip }, async (t) => {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const fake = join(folder.path, "systemd-notify");
  await writeFile(fake, `#!/bin/sh\necho "$@" >> ${folder.path}/said\n`);
  await chmod(fake, 0o755);
  const path = `${folder.path}:${process.env["PATH"]}`;
  const said = (): Promise<string> => readFile(join(folder.path, "said"), "utf8").catch(() => "");
  for (const [NOTIFY_SOCKET, expected] of [
    ["", ""],
    ["/anywhere", "READY=1"],
  ] as const) {
    const router = await runRouter(t, document, { env: { PATH: path, NOTIFY_SOCKET, WATCHDOG_USEC: "20000" } });
    router.program.signal("SIGTERM");
    await router.program.ended();
    assert.equal((await said()).slice(0, expected.length || undefined), expected);
  }
});

test("a service manager that can't be told is a warning, once", { timeout, skip }, async (t) => {
  const env = { PATH: "/nowhere", NOTIFY_SOCKET: "/anywhere", WATCHDOG_USEC: "20000" };
  const router = await runRouter(t, document, { env });
  await router.program.untilOutput(/"event":"service.not-told".*ENOENT/);
  await new Promise((resolve) => setTimeout(resolve, 100));
  router.program.signal("SIGTERM");
  await router.program.ended();
  assert.equal(router.program.output.split("service.not-told").length, 2);
});

test("systemd takes the unit in examples/ as it is", { timeout, skip }, async (t) => {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const unit = await readFile("examples/systemd/fairlead.service", "utf8");
  // systemd looks for the programs.
  const here = unit.replaceAll("/usr/bin/node /opt/fairlead/", `${process.execPath} ${process.cwd()}/`);
  assert.notEqual(here, unit);
  const file = join(folder.path, "fairlead.service");
  await writeFile(file, here);
  const verdict = spawnSync("systemd-analyze", ["verify", "--man=no", file], { encoding: "utf8", timeout: 30_000 });
  if (verdict.error !== undefined) {
    t.skip("systemd-analyze is not installed (apt-get install systemd)");
    return;
  }
  assert.deepEqual([verdict.status, verdict.stderr], [0, ""]);
  const [, stop = ""] = /^TimeoutStopSec=(\d+)$/m.exec(unit) ?? [];
  assert.ok(Number(stop) > Number.parseInt(builtInDefaults.stop.grace, 10), "systemd would cut what may still run");
});
