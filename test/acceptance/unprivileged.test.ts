import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { stringify } from "yaml";
import { commandLine, Program } from "../support/program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const timeout = 60_000;

/** Programs in front of the command that make it run as nobody; null = this machine can't show what the test is about. */
async function asNobody(capabilities: readonly string[]): Promise<readonly string[] | string> {
  if (process.platform !== "linux") return "only Linux keeps ports back";
  const first = Number(await readFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
  if (first < 1024) return "here every user may open every port";
  if (process.getuid?.() !== 0) return capabilities.length === 0 ? [] : "only root can give a capability";
  const caps = capabilities.map((capability) => `+${capability}`).join(",") || "-all";
  const ids = ["--reuid=65534", "--regid=65534", "--clear-groups", `--inh-caps=${caps}`, `--ambient-caps=${caps}`];
  const words = ["setpriv", ...ids];
  const [, script = ""] = commandLine([]);
  const reads = spawnSync("setpriv", [...ids, "test", "-r", script, "-a", "-x", process.execPath]);
  return reads.status === 0 ? words : "nobody may not read this clone, or setpriv is missing";
}

async function lowPort(): Promise<number> {
  for (let port = 1023; port > 500; port--) {
    const server = createServer().listen(port, "127.0.0.1");
    const free = await once(server, "listening").then(
      () => true,
      // Who may not open it can't know; it is free on most machines.
      (error: NodeJS.ErrnoException) => error.code === "EACCES",
    );
    server.close();
    if (free) return port;
  }
  throw new Error("no port is free");
}

async function folderWith(t: TestContext, port: number, workers: number): Promise<string> {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const document = {
    listen: [{ address: "127.0.0.1", port }],
    servers: { m1: "http://127.0.0.1:9" },
    farms: { all: { servers: ["m1"], health: "off" } },
    routes: [{ farm: "all" }],
    admin: { port: 0 },
    workers,
  };
  await writeFile(join(folder.path, "fairlead.yaml"), stringify(document));
  await chmod(folder.path, 0o755);
  return folder.path;
}

test("a user without the capability is told what is missing, and where", { timeout }, async (t) => {
  const before = await asNobody([]);
  if (typeof before === "string") return t.skip(before);
  const port = await lowPort();
  const program = new Program(["run"], { folder: await folderWith(t, port, 0), before });
  t.after(() => program.kill());
  await program.ended();
  assert.equal(program.code, 1);
  assert.equal(
    program.errors,
    `error: fairlead.yaml:3:11: listen.0.port: 127.0.0.1:${port} can't be listened on: this user may not open ports below 1024 (grant CAP_NET_BIND_SERVICE, or choose another port)\n`,
  );
});

for (const workers of [0, 2]) {
  test(`a user with CAP_NET_BIND_SERVICE alone serves, ${workers} workers`, { timeout }, async (t) => {
    const before = await asNobody(["net_bind_service"]);
    if (typeof before === "string") return t.skip(before);
    const port = await lowPort();
    const program = new Program(["run"], { folder: await folderWith(t, port, workers), before });
    t.after(() => program.kill());
    await program.untilOutput(/"event":"router.started"/);
    const status = await readFile(`/proc/${program.process.pid}/status`, "utf8");
    assert.match(status, /^Uid:\t65534\t/m);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    assert.equal(response.headers.get("x-fairlead-error"), "connect-refused");
    program.signal("SIGTERM");
    assert.equal((await program.ended()).code, 0);
  });
}
