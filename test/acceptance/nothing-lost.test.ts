import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { stringify } from "yaml";
import { patternBytes } from "../../src/lab/handlers/pattern-bytes.ts";
import { startLab } from "../../src/lab/start-lab.ts";
import { keepAlive, pings, signedIn, startCrowd, startDownload, webSockets } from "../support/crowd.ts";
import { fairlead, Program } from "../support/program.ts";
import { clientPortsOf } from "../support/socket-owners.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const downloadBytes = 100_000_000;

interface Running {
  readonly program: Program;
  readonly port: number;
  readonly admin: string;
  readonly pids: () => Promise<number[]>;
  /** Another configuration, in which the routes that the clients use are the same. */
  readonly write: (variant: number) => Promise<void>;
}

async function start(t: TestContext): Promise<Running> {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const authentication = { ...none, ews: "required" } as const;
  const lab = await startLab({ servers: ["cas1", "cas2"].map((name) => ({ name, tls: false, authentication })) });
  t.after(() => lab.close());
  const servers = Object.fromEntries(lab.status().servers.map(({ name, url }) => [name, url]));
  const farm = { servers: ["cas1", "cas2"], health: { path: "/owa/healthcheck.htm" }, timeouts: { response: "5m" } };
  const write = async (variant: number): Promise<void> => {
    const document = {
      listen: [
        { address: "127.0.0.1", port: 0 },
        // Listeners come and go as well.
        ...(variant % 3 === 2 ? [{ address: "127.0.0.2", port: 0 }] : []),
      ],
      servers,
      farms: {
        all: farm,
        ews: { ...farm, connectionAuth: "pin" },
        other: { ...farm, timeouts: { response: `${10 + variant}s` } },
        ...(variant % 2 === 1 ? { more: { servers: ["cas1"], health: "off" } } : {}),
      },
      routes: [
        { host: "mail.test", farm: "all" },
        { host: "mail.test", path: "/ews", farm: "ews" },
        { host: "other.test", path: `/v${variant}`, farm: "other" },
        ...(variant % 2 === 1 ? [{ host: "more.test", farm: "more" }] : []),
      ],
      admin: { port: 0 },
      workers: 2,
    };
    await writeFile(join(folder.path, "fairlead.yaml"), stringify(document));
  };
  await write(0);
  const program = new Program(["run"], { folder: folder.path });
  t.after(() => program.kill());
  await program.untilOutput(/"event":"router.started"/);
  const [, port = ""] = await program.untilOutput(/"event":"listener.bound".*?"port":(\d+)/);
  const [, admin = ""] = await program.untilOutput(/"event":"admin.bound","url":"([^"]+)"/);
  const pids = async (): Promise<number[]> => {
    const said: { workers: { pid: number }[] } = JSON.parse(await (await fetch(`${admin}/api/v1/workers`)).text());
    return said.workers.map(({ pid }) => pid);
  };
  return { program, port: Number(port), admin, pids, write };
}

const none = { owa: "none", ecp: "none", ews: "none", eas: "none", oab: "none" } as const;

async function command(words: readonly string[], admin: string): Promise<string> {
  const { code, output, errors } = await fairlead([...words, "--admin", admin]);
  assert.equal(code, 0, output + errors);
  return output;
}

test(
  "ten reloads, a killed worker and an upgrade lose nothing but what the killed worker carried",
  { timeout: 170_000 },
  async (t) => {
    let successor: number | null = null;
    // First of all: while it lives, the output of the other process does not end.
    t.after(() => {
      if (successor !== null) process.kill(successor, "SIGKILL");
    });
    const { program, port, admin, pids, write } = await start(t);
    const crowd = startCrowd(port, [keepAlive(1000), webSockets(50), pings(200), signedIn(50)]);
    const download = await startDownload(port, `/lab/bytes/${downloadBytes}`, 8_000_000);
    await until(() => crowd.open() === 1300 && (crowd.done.get("NTLM") ?? 0) > 100);
    const reload = async (variant: number): Promise<void> => {
      await write(variant);
      await command(["reload"], admin);
    };
    for (let variant = 1; variant <= 5; variant++) await reload(variant);
    assert.equal(crowd.losses.length, 0, JSON.stringify(crowd.losses.slice(0, 10)));

    const before = await pids();
    const victim = before.find((pid) => !clientPortsOf(pid, port).has(download.port));
    assert.ok(victim !== undefined);
    const doomed = clientPortsOf(victim, port);
    process.kill(victim, "SIGKILL");
    await until(async () => (await pids()).length === 2 && !(await pids()).includes(victim));
    for (let variant = 6; variant <= 10; variant++) await reload(variant);

    const upgraded = await command(["upgrade"], admin);
    const [, pid = ""] = /Process (\d+)/.exec(upgraded) ?? [];
    successor = Number(pid);
    const [, newAdmin = ""] = await program.untilOutput(/router.replaced[^]*"event":"admin.bound","url":"([^"]+)"/);
    const atUpgrade = crowd.done.get("keep-alive") ?? 0;
    await until(() => (crowd.done.get("keep-alive") ?? 0) > atUpgrade + 2000);
    const { sha256, bytes } = await download.finished;
    assert.equal(bytes, downloadBytes);
    const hash = createHash("sha256");
    for (const piece of patternBytes(0, downloadBytes)) hash.update(piece);
    assert.equal(sha256, hash.digest("hex"));
    await crowd.stop();

    const lost = crowd.losses.filter((loss) => !doomed.has(loss.port));
    assert.equal(lost.length, 0, JSON.stringify(lost.slice(0, 10)));
    t.diagnostic(`done: ${[...crowd.done].map(([kind, count]) => `${kind} ${count}`).join(", ")}`);
    t.diagnostic(`the killed worker carried ${doomed.size} connections; lost with it: ${crowd.losses.length}`);
    // Its output is still open: the successor writes there.
    await until(() => program.process.exitCode !== null);
    assert.equal(program.process.exitCode, 0);
    assert.equal((await fetch(`${newAdmin}/healthz`)).status, 200);
  },
);
