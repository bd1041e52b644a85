import assert from "node:assert/strict";
import { once } from "node:events";
import { appendFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import type { FarmStatus } from "../../src/control/farm-status.ts";
import { runProgram } from "../../src/lab/testing/run-program.ts";
import { portOf } from "../support/port-of.ts";
import { fairlead, Program } from "../support/program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;

/** Ports that are free at the moment. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map(async (server) => once(server, "listening")));
  const ports = servers.map(portOf);
  await Promise.all(servers.map(async (server) => once(server.close(), "close")));
  return ports;
}

test("the demo: what it prints works, and OWA moves when it is told to", { timeout }, async (t) => {
  const { path: folder, remove } = await temporaryFolder();
  t.after(remove);
  const [https = 0, http = 0, admin = 0, lab = 0] = await freePorts(4);
  const env = {
    FAIRLEAD_HTTPS_PORT: String(https),
    FAIRLEAD_HTTP_PORT: String(http),
    FAIRLEAD_ADMIN_PORT: String(admin),
    FAIRLEAD_LAB_PORT: String(lab),
  };
  const demo = new Program(["demo"], { folder, env });
  t.after(() => demo.kill());
  await demo.untilOutput(/npx fairlead lab start cas1 owa/);
  const status = async (): Promise<FarmStatus[]> => {
    const { code, output, errors } = await fairlead(["status", "--json"], { env });
    assert.equal(code, 0, errors);
    return JSON.parse(output);
  };
  const resolve = (name: string): string[] => ["--resolve", `${name}.exchange.localhost:${https}:127.0.0.1`];
  const curl = async (name: string, path: string, ...args: string[]) =>
    runProgram("curl", [
      "-si",
      "--cacert",
      join(folder, ".fairlead", "demo", "ca.pem"),
      ...resolve(name),
      ...args,
      `https://${name}.exchange.localhost:${https}${path}`,
    ]);
  const stopped = await fairlead(["lab", "stop", "cas1", "owa"], { env });
  assert.equal(stopped.code, 0, stopped.errors);
  const down = await until(async () => {
    // Traffic finds out before the next check is due; the answer comes from the other server.
    const answer = await curl("owa", "/owa/");
    assert.match(answer?.output ?? "HTTP/2 302", /^HTTP\/2 302/);
    const found = (await status()).flatMap(({ name, members }) =>
      members.filter(({ healthy }) => healthy === false).map((member) => ({ farm: name, ...member })),
    );
    return found.length > 0 && found;
  });
  assert.deepEqual(
    down.map(({ farm, server }) => `${farm}/${server}`),
    ["owa/cas1"],
  );
  assert.match(down[0]?.reason ?? "", /owa\/HealthCheck\.htm .*: 503 Service Unavailable$/);
  const owa = await curl("owa", "/owa/");
  if (owa === null) t.diagnostic("curl is not installed");
  else {
    assert.match(owa.output, /^HTTP\/2 302 [^]*^x-feserver: CAS2\r$/m);
    const ews = await curl("ews", "/ews/exchange.asmx", "--ntlm", "-u", "alice:password");
    assert.match(ews?.output ?? "", /<User>alice<\/User>/);
  }
  const configuration = join(folder, ".fairlead", "demo", "fairlead.yaml");
  await appendFile(configuration, "limits: { connections: 1000 }\n");
  const reloaded = await fairlead(["reload"], { env });
  assert.match(reloaded.output, /^changed in \d+ ms:\n {2}limits\.connections: none -> 1000$/m, reloaded.errors);
  const redirect = await fetch(`http://127.0.0.1:${http}/owa/`, { redirect: "manual" });
  assert.equal(redirect.status, 301);
  assert.equal(redirect.headers.get("location"), `https://127.0.0.1:${https}/owa/`);
  const page = await fetch(`http://127.0.0.1:${admin}/`);
  assert.match(await page.text(), /<!DOCTYPE html>/i);
  demo.signal("SIGTERM");
  await demo.ended();
  assert.equal(demo.code, 0, demo.errors);
});
