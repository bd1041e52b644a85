import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { makeCertificate } from "../support/make-certificates.ts";
import { always, RawMember } from "../support/raw-member.ts";
import { runRouter } from "../support/running-router.ts";
import { scrape } from "../support/scrape.ts";
import { RawClient } from "../support/start-router.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";
import { openAt, startWorkerSite } from "../support/worker-site.ts";

const timeout = 100_000;
const skip = process.platform === "linux" ? false : "who has a connection is read from /proc";
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";

async function ask(client: RawClient): Promise<string> {
  client.clear();
  const answer = await client.write(get).untilText(/\r\n\r\n(?:ok|[^]*<\/html>)/);
  client.clear();
  return answer.slice(9, 12);
}

test(
  "a worker that is killed is replaced at once; nobody is refused, the other worker's clients notice nothing, no counter goes back",
  { timeout, skip },
  async (t) => {
    const site = await startWorkerSite(t, { answer: always(ok) });
    const [victim = 0, other = 0] = await site.workers();
    const [doomed, kept] = [await openAt(site, victim), await openAt(site, other)];
    for (const client of [doomed, kept, doomed, kept]) assert.equal(await ask(client), "200");
    const series = 'fairlead_member_requests_total{farm="all",server="m1"}';
    const before = await until(async () => {
      const count = (await scrape(site.router.adminUrl)).get(series) ?? 0;
      return count >= 4 ? count : null;
    });
    const newcomersMay = { come: true };
    const faults: string[] = [];
    const newcomers = (async () => {
      let answered = 0;
      while (newcomersMay.come) {
        const client = new RawClient(site.router.port);
        client.socket.on("error", (error) => faults.push(error.message));
        if ((await ask(client).catch((error: unknown) => void faults.push(String(error)))) === "200") answered++;
        client.close();
      }
      return answered;
    })();
    process.kill(victim, "SIGKILL");
    await doomed.untilGone();
    await until(async () => (await site.workers()).length === 2 && !(await site.workers()).includes(victim));
    assert.equal(await ask(kept), "200");
    const successor = (await site.workers()).find((pid) => pid !== other) ?? 0;
    const client = await openAt(site, successor);
    assert.equal(await ask(client), "200");
    newcomersMay.come = false;
    const answered = await newcomers;
    // What the victim had accepted and not answered is lost with it; the one at a time that comes here is at most one.
    assert.ok(faults.length <= 1, faults.join());
    assert.ok(!faults.some((fault) => fault.includes("ECONNREFUSED")), faults.join());
    const after = await until(async () => {
      const count = (await scrape(site.router.adminUrl)).get(series) ?? 0;
      assert.ok(count >= before, `${count} after ${before}`);
      return count >= before + answered + 2 - 1 ? count : null;
    });
    assert.match(site.router.program.output, /"event":"worker.died".*"how":"SIGKILL"/);
    t.diagnostic(`answered meanwhile: ${answered}; requests counted ${before} -> ${after}`);
  },
);

test("least requests counts what the other worker carries", { timeout, skip }, async (t) => {
  const second = await RawMember.start("m2");
  t.after(() => second.close());
  const first = await RawMember.start("m1");
  t.after(() => first.close());
  const site = await startWorkerSite(t, {
    document: {
      servers: {
        m1: `http://127.0.0.1:${first.config.port}`,
        m2: `http://127.0.0.1:${second.config.port}`,
      },
      farms: { all: { servers: ["m1", "m2"], health: "off", balance: "least-requests" } },
    },
  });
  const [one = 0, other = 0] = await site.workers();
  const clients = [await openAt(site, one), await openAt(site, other)];
  const requests = (): number[] =>
    [first, second].map(({ connections }) =>
      connections.reduce((sum, { text }) => sum + text.split("GET ").length - 1, 0),
    );
  for (let round = 1; round <= 6; round++) {
    for (const [index, client] of clients.entries()) {
      client.write(get);
      await until(() => {
        const [a = 0, b = 0] = requests();
        return a + b === 2 * (round - 1) + index + 1;
      });
      // Workers tell each other within 75 ms; a busy machine needs more.
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    assert.deepEqual(requests(), [round, round]);
    for (const connection of [...first.connections, ...second.connections]) connection.write(ok);
    for (const client of clients) {
      await client.untilText("\r\n\r\nok");
      client.clear();
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
});

test("what the control process finds out about a member is known in all workers", { timeout, skip }, async (t) => {
  const member = await RawMember.start("m1", always(ok));
  const { port } = member.config;
  const health = { path: "/", every: "100ms", whileFailing: "100ms", fall: 1, rise: 1, expect: { status: 200 } };
  const site = await startWorkerSite(t, {
    document: { servers: { m1: `http://127.0.0.1:${port}` }, farms: { all: { servers: ["m1"], health } } },
  });
  const [one = 0, other = 0] = await site.workers();
  const clients = [await openAt(site, one), await openAt(site, other)];
  await site.router.program.untilOutput(/"event":"health.member-up"/);
  for (const client of clients) await until(async () => (await ask(client)) === "200");
  member.close();
  await site.router.program.untilOutput(/"event":"health.member-down"/);
  const down = performance.now();
  for (const client of clients) await until(async () => (await ask(client)) === "503");
  t.diagnostic(`both workers knew ${Math.round(performance.now() - down)} ms after the log said so`);
  // Nobody tries it any more: the answer is that there is no member, not that one failed.
  for (const client of clients) {
    const answer = await client.write(get).untilText("</html>");
    assert.match(answer, /X-Fairlead-Error: no-member-available/);
  }
});

test("a TLS session of one worker is resumed on every other one", { timeout, skip }, async (t) => {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const { certificate, key } = await makeCertificate({ name: "localhost", names: ["localhost"] });
  const file = join(folder.path, "listener.pem");
  await writeFile(file, `${certificate}\n${key}`);
  const member = await RawMember.start("m1", always(ok));
  t.after(() => member.close());
  const router = await runRouter(t, {
    listen: [{ address: "127.0.0.1", port: 0, certificates: [file] }],
    servers: { m1: `http://127.0.0.1:${member.config.port}` },
    farms: { all: { servers: ["m1"], health: "off" } },
    routes: [{ farm: "all" }],
    workers: 2,
  });
  const handshake = async (version: "TLSv1.2" | "TLSv1.3", session: Buffer | undefined) => {
    const options = { host: "127.0.0.1", port: router.port, servername: "localhost", ca: certificate };
    const socket = connectTls({ ...options, minVersion: version, maxVersion: version, session });
    let next = session;
    socket.on("session", (ticket: Buffer) => (next = ticket));
    await once(socket, "secureConnect");
    const reused = socket.isSessionReused();
    socket.write(get);
    // A ticket comes before the first answer.
    await once(socket, "data");
    socket.destroy();
    assert.ok(next !== undefined, `${version}: no session`);
    return { reused, session: next };
  };
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    let { session } = await handshake(version, undefined);
    for (let count = 0; count < 30; count++) {
      const next = await handshake(version, session);
      assert.ok(next.reused, `${version}, number ${count}`);
      session = next.session;
    }
  }
});

test("workers whose control process was killed end by themselves, after what runs", { timeout, skip }, async (t) => {
  const site = await startWorkerSite(t);
  const { router, member } = site;
  const pids = await site.workers();
  const client = site.open().write(get);
  const connection = await member.connection();
  await connection.untilText("\r\n\r\n");
  router.program.signal("SIGKILL");
  await until(async () => {
    const late = new RawClient(router.port);
    const refused = await once(late.socket, "connect").then(
      () => false,
      () => true,
    );
    late.close();
    return refused;
  });
  connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nend");
  assert.match(await client.untilEnd(), /\r\nConnection: close\r\n\r\nend$/);
  client.close();
  await until(() => pids.every((pid) => !runs(pid)));
  // Their output goes the same way, and holds it open.
  await router.program.ended();
  assert.equal(router.program.errors, "");
});

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
