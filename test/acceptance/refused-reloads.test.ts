import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { connect } from "node:tls";
import { stringify } from "yaml";
import { certificate, expiredCertificate, otherKey, pfx, privateKey } from "../../src/config/certificates.fixture.ts";
import { portOf } from "../support/port-of.ts";
import { fairlead, Program } from "../support/program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const timeout = 120_000;

interface Running {
  readonly folder: string;
  readonly program: Program;
  readonly port: number;
  readonly admin: string;
}

/** "certificates" of the first listener, and listeners besides it. */
async function write(folder: string, certificates: readonly unknown[], more: readonly unknown[] = []): Promise<void> {
  const document = {
    listen: [{ address: "127.0.0.1", port: 0, certificates }, ...more],
    servers: { one: "http://127.0.0.1:1" },
    farms: { all: { servers: ["one"], health: "off" } },
    routes: [{ farm: "all" }],
    admin: { port: 0 },
    workers: 2,
  };
  await writeFile(join(folder, "fairlead.yaml"), stringify(document));
}

const files: Readonly<Record<string, string | Buffer>> = {
  "good.pem": certificate + privateKey,
  "broken.pem": certificate.replace(/MII[^\n]*\n/, "MIIrubbish\n") + privateKey,
  "other-key.pem": certificate + otherKey,
  "expired.pem": expiredCertificate + privateKey,
  "with-password.pfx": pfx,
};

async function start(t: TestContext): Promise<Running> {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder.path, name), content);
  await write(folder.path, ["good.pem"]);
  const program = new Program(["run"], { folder: folder.path });
  t.after(() => program.kill());
  await program.untilOutput(/"event":"router.started"/);
  const [, port = ""] = await program.untilOutput(/"event":"listener.bound".*?"port":(\d+)/);
  const [, admin = ""] = await program.untilOutput(/"event":"admin.bound","url":"([^"]+)"/);
  return { folder: folder.path, program, port: Number(port), admin };
}

async function servedBy(port: number): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

interface Case {
  readonly name: string;
  readonly certificates: readonly unknown[];
  readonly more?: (taken: number) => readonly unknown[];
  readonly says: RegExp;
}

const cases: readonly Case[] = [
  {
    name: "a broken certificate",
    certificates: ["broken.pem"],
    says: /fairlead\.yaml:\d+:\d+: .*broken\.pem.*damaged/,
  },
  {
    name: "a key of another one",
    certificates: ["other-key.pem"],
    says: /:\d+:\d+: .*other-key\.pem.*does not belong/,
  },
  {
    name: "a PFX with a wrong password",
    certificates: [{ pfx: "with-password.pfx", password: "wrong" }],
    says: /:\d+:\d+: .*with-password\.pfx.*password is wrong/,
  },
  { name: "a file that is not there", certificates: ["nowhere.pem"], says: /:\d+:\d+: .*nowhere\.pem.*does not exist/ },
  {
    name: "a port that is taken",
    certificates: ["good.pem"],
    more: (taken) => [{ address: "127.0.0.1", port: taken }],
    says: /fairlead\.yaml:\d+:\d+: listen\.1\.port: 127\.0\.0\.1:\d+ .*another program has the port/,
  },
];

test("a reload that is refused is explained, and the old state serves on", { timeout }, async (t) => {
  const { folder, port, admin, program } = await start(t);
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => other.close());
  for (const { name, certificates, more, says } of cases) {
    await t.test(name, async () => {
      await write(folder, certificates, more?.(portOf(other)));
      const check = await fairlead(["check"], { folder });
      // A port is taken only at the moment.
      if (more === undefined) assert.match(check.output + check.errors, says);
      const refused = await fairlead(["reload", "--admin", admin]);
      assert.match(refused.output, says);
      assert.match(refused.output, /the old configuration serves on/);
      assert.equal(refused.code, 1);
      assert.equal(await servedBy(port), "mail.example.com");
    });
  }
  await t.test("one that has expired is served, and named", async () => {
    await write(folder, ["expired.pem"]);
    const reloaded = await fairlead(["reload", "--admin", admin]);
    assert.match(reloaded.output, /warning: fairlead\.yaml:\d+:\d+: .*expired\.pem.*expired/);
    assert.equal(reloaded.code, 0);
    assert.equal(await servedBy(port), "old.example.com");
  });
  await t.test("the history tells, and the way back is a command", async () => {
    const back = await fairlead(["rollback", "--admin", admin]);
    assert.match(back.output, /certificate expired\.pem removed/);
    assert.equal(await servedBy(port), "mail.example.com");
    const list = await fairlead(["rollback", "--list", "--admin", admin]);
    assert.match(list.output, /^\* 3 .*rollback.*\n {2}2 .*command.*\n {2}1 .*start/);
  });
  assert.equal(program.code, undefined);
});

test("a certificate that is replaced comes into force by itself, a broken one does not", { timeout }, async (t) => {
  const { folder, port, program } = await start(t);
  await writeFile(join(folder, "good.pem"), files["broken.pem"]!);
  await program.untilOutput(/"event":"config.refused".*good\.pem/);
  assert.equal(await servedBy(port), "mail.example.com");
  // Nobody has asked for this change of the configuration yet.
  await write(folder, ["good.pem"], [{ address: "127.0.0.2", port: 0 }]);
  await writeFile(join(folder, "good.pem"), expiredCertificate + privateKey);
  await program.untilOutput(/"event":"config.reloaded".*"by":"certificate"/);
  await until(async () => (await servedBy(port)) === "old.example.com");
  assert.doesNotMatch(program.output, /listener 127\.0\.0\.2/);
});
