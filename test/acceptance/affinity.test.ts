import assert from "node:assert/strict";
import { cp, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { stringify } from "yaml";
import { Visitor, ask, cookiesOf, memberOf, named } from "../support/affinity.ts";
import { RawMember } from "../support/raw-member.ts";
import { runRouter, type RunningRouter } from "../support/running-router.ts";
import type { RawClient } from "../support/start-router.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";
import { openAt, startWorkerSite, type WorkerSite } from "../support/worker-site.ts";

const timeout = 100_000;
const skip = process.platform === "linux" ? false : "who has a connection is read from /proc";

type Document = Readonly<Record<string, unknown>>;

/** A document with two servers that say who they are. */
async function documentOf(t: TestContext, farm: object): Promise<Document> {
  const servers: Record<string, string> = {};
  for (const name of ["m1", "m2"]) {
    const member = await RawMember.start(name, named(name));
    t.after(() => member.close());
    servers[name] = `http://127.0.0.1:${member.config.port}`;
  }
  return {
    listen: [{ address: "127.0.0.1", port: 0 }],
    servers,
    farms: { all: { servers: ["m1", "m2"], health: "off", ...farm } },
    routes: [{ farm: "all" }],
  };
}

async function setState(router: RunningRouter, server: string, state: string): Promise<void> {
  const response = await fetch(`${router.adminUrl}/api/v1/servers/${server}/state`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ state }),
  });
  assert.equal(response.status, 200, await response.text());
}

async function reload(router: RunningRouter, document: Document): Promise<void> {
  await writeFile(join(router.folder, "fairlead.yaml"), stringify({ admin: { port: 0 }, ...document }));
  const response = await fetch(`${router.adminUrl}/api/v1/reload`, { method: "POST" });
  assert.equal(response.status, 200, await response.text());
}

const keyFile = join(".fairlead", "affinity.key");

test("cookies hold after a restart of the router, and nobody else may read their key", { timeout }, async (t) => {
  const document = await documentOf(t, { affinity: { cookie: "sid" } });
  const first = await runRouter(t, document);
  const visitors = [new Visitor(first.port), new Visitor(first.port)];
  const members: string[] = [];
  for (const visitor of visitors) members.push(await visitor.member());
  assert.deepEqual(members, ["m1", "m2"]);
  assert.equal((await stat(join(first.folder, keyFile))).mode & 0o777, 0o600);
  await first.program.kill();
  const second = await runRouter(t, document, { folder: first.folder });
  for (const [index, visitor] of visitors.toReversed().entries()) {
    const fields = `Cookie: sid=${visitor.jar.get("sid") ?? ""}\r\n`;
    const answer = await ask(second.port, { fields });
    assert.deepEqual([memberOf(answer), cookiesOf(answer)], [members.toReversed()[index], []]);
  }
});

test(
  "two routers that have the same key make the same cookies, one with another key does not",
  { timeout },
  async (t) => {
    const document = await documentOf(t, { affinity: { cookie: "sid" } });
    const first = await runRouter(t, document);
    const folder = await temporaryFolder();
    t.after(folder.remove);
    await mkdir(join(folder.path, ".fairlead"));
    await cp(join(first.folder, keyFile), join(folder.path, keyFile));
    const second = await runRouter(t, document, { folder: folder.path });
    const third = await runRouter(t, document);
    assert.equal(
      await readFile(join(folder.path, keyFile), "utf8"),
      await readFile(join(first.folder, keyFile), "utf8"),
    );
    for (const router of [first, second]) {
      const visitor = new Visitor(router.port);
      const member = await visitor.member();
      const fields = `Cookie: sid=${visitor.jar.get("sid") ?? ""}\r\n`;
      for (const { port } of [first, second, first, second]) {
        const answer = await ask(port, { fields });
        assert.deepEqual([memberOf(answer), cookiesOf(answer)], [member, []]);
      }
      assert.equal(cookiesOf(await ask(third.port, { fields })).length, 1);
    }
  },
);

/** Who of them belongs to m1, which then takes nobody new; told by their first request to this worker. */
async function boundToDraining(site: WorkerSite, client: RawClient): Promise<number[]> {
  const bound: number[] = [];
  for (let user = 0; user < 80; user++) if ((await askOn(client, of(user))).member === "m1") bound.push(user);
  assert.ok(bound.length > 20 && bound.length < 60, `${bound.length} of 80`);
  await setState(site.router, "m1", "drain");
  return bound;
}

/** What is told comes in the order in which it happened: once a worker knows somebody, it knows all before. */
async function untilTold(client: RawClient, bound: number[]): Promise<void> {
  await until(async () => {
    const user = bound.pop();
    assert.ok(user !== undefined && bound.length > 5, "it is not told");
    return (await askOn(client, of(user))).member === "m1";
  });
}

/** Both workers, and a way to ask each. */
async function atBoth(site: WorkerSite): Promise<RawClient[]> {
  const pids = await site.workers();
  assert.equal(pids.length, 2);
  return [await openAt(site, pids[0] ?? 0), await openAt(site, pids[1] ?? 0)];
}

async function askOn(client: RawClient, fields = ""): Promise<{ member: string; cookies: string[] }> {
  client.clear();
  const head = await client.write(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`).untilText("\r\n\r\nok");
  return { member: memberOf({ head }), cookies: cookiesOf({ head }) };
}

/** The cookies that each worker sets, by member. */
async function cookiesFrom(client: RawClient): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  while (Object.keys(found).length < 2) {
    const { member, cookies } = await askOn(client);
    found[member] = cookies[0]?.split(";")[0] ?? "none";
  }
  return found;
}

test(
  "all workers agree on cookies: from the start, after one was killed, after a reload",
  { timeout, skip },
  async (t) => {
    const document = await documentOf(t, { affinity: { cookie: "sid" } });
    const site = await startWorkerSite(t, { document });
    const [one, other] = await atBoth(site);
    assert.ok(one !== undefined && other !== undefined);
    const cookies = await cookiesFrom(one);
    assert.notEqual(cookies["m1"], cookies["m2"]);
    assert.deepEqual(await cookiesFrom(other), cookies);
    for (const client of [one, other]) {
      for (const member of ["m1", "m1", "m2", "m2", "m1"]) {
        assert.deepEqual(await askOn(client, `Cookie: ${cookies[member] ?? ""}\r\n`), { member, cookies: [] });
      }
    }
    const [victim = 0, survivor = 0] = await site.workers();
    process.kill(victim, "SIGKILL");
    const successor = await until(async () => {
      const pids = await site.workers();
      return pids.length === 2 && pids.find((pid) => pid !== victim && pid !== survivor);
    });
    assert.deepEqual(await cookiesFrom(await openAt(site, successor)), cookies);
    await reload(site.router, { ...document, workers: 2, limits: { connections: 1000 } });
    for (const client of await atBoth(site)) assert.deepEqual(await cookiesFrom(client), cookies);
  },
);

test("all workers agree on cookies that only a reload has brought", { timeout, skip }, async (t) => {
  const document = await documentOf(t, {});
  const site = await startWorkerSite(t, { document });
  for (const client of await atBoth(site)) assert.deepEqual((await askOn(client)).cookies, []);
  await assert.rejects(stat(join(site.router.folder, keyFile)));
  const farms = { all: { servers: ["m1", "m2"], health: "off", affinity: { cookie: "sid" } } };
  await reload(site.router, { ...document, workers: 2, farms });
  const [one, other] = await atBoth(site);
  assert.ok(one !== undefined && other !== undefined);
  const cookies = await cookiesFrom(one);
  assert.match(cookies["m1"] ?? "", /^sid=[\da-f]{32}$/);
  assert.deepEqual(await cookiesFrom(other), cookies);
});

function of(user: number): string {
  return `Authorization: Basic user${user}\r\n`;
}

test("whom one worker has bound the other one knows, also while the member drains", { timeout, skip }, async (t) => {
  const document = await documentOf(t, { affinity: { header: "Authorization" } });
  const site = await startWorkerSite(t, { document });
  const [one, other] = await atBoth(site);
  assert.ok(one !== undefined && other !== undefined);
  const bound = await boundToDraining(site, one);
  await untilTold(other, bound);
  for (const client of [other, one]) {
    for (const user of bound) assert.equal((await askOn(client, of(user))).member, "m1", `user ${user}`);
  }
  const newcomer = await askOn(other, of(1000));
  assert.equal(newcomer.member, "m2");
});

test("a worker that takes a dead one's place learns whom the others have bound", { timeout, skip }, async (t) => {
  const document = await documentOf(t, { affinity: { header: "Authorization" } });
  const site = await startWorkerSite(t, { document });
  const [survivor = 0, victim = 0] = await site.workers();
  const kept = await openAt(site, survivor);
  const bound = await boundToDraining(site, kept);
  process.kill(victim, "SIGKILL");
  const successor = await until(async () => {
    const pids = await site.workers();
    return pids.length === 2 && pids.find((pid) => pid !== victim && pid !== survivor);
  });
  const client = await openAt(site, successor);
  await untilTold(client, bound);
  for (const user of bound) assert.equal((await askOn(client, of(user))).member, "m1", `user ${user}`);
});
