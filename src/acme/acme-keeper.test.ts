import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { makeCertificate } from "../../test/support/make-certificates.ts";
import { temporaryFolder, type TemporaryFolder } from "../../test/support/temporary-folder.ts";
import { until } from "../../test/support/until.ts";
import type { AcmeConfig, CertificateConfig } from "../config/config.ts";
import { createAcmeKeeper, type AcmeKeeper } from "./acme-keeper.ts";
import { AcmeProblem } from "./acme-problem.ts";
import { writeCertificate } from "./certificate-file.ts";
import type { GetCertificate } from "./get-certificate.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe("keeping certificates", { timeout: 30_000 }, () => {
  let folder: TemporaryFolder;
  let clock: FakeClock;
  let keeper: AcmeKeeper;
  /** What the authority was asked for, and when, in minutes from the start. */
  let asked: string[];
  let logged: string[];
  let inForce: CertificateConfig[];
  /** What the authority answers instead. */
  let refuse: (() => Error) | null;
  const started: AcmeKeeper[] = [];

  const get: GetCertificate = async (wanted, _account, { challenge }) => {
    asked.push(`${wanted.names.join("+")} ${challenge} ${Math.round(clock.monotonic() / minute)}`);
    if (refuse !== null) throw refuse();
    return writeCertificate(wanted, await issue(wanted.names), clock.now());
  };

  /** For ninety days from now. */
  const issue = async (names: readonly string[]) =>
    makeCertificate({ name: names[0] ?? "", names, from: clock.now(), until: clock.now() + 90 * day });

  const onIssued = async (issued: CertificateConfig): Promise<void> => void inForce.push(issued);
  function log(event: string, fields: object): void {
    logged.push(`${event} ${Object.values(fields).join(" ")}`);
  }

  function start(): AcmeKeeper {
    const made = createAcmeKeeper({ clock, random: () => 0.5, log, get, onIssued });
    started.push(made);
    return made;
  }

  const certificate = (...names: [string, ...string[]]) => {
    const file = `${names[0]}.pem`;
    return { names, key: "ecdsa", file, path: join(folder.path, "acme", file) } as const;
  };

  const config = (certificates: AcmeConfig["certificates"], rest: Partial<AcmeConfig> = {}): AcmeConfig => ({
    email: null,
    directory: "https://ca.test/dir",
    ca: null,
    eab: null,
    challenges: ["http-01"],
    folder: join(folder.path, "acme"),
    certificates,
    ...rest,
  });

  /** Until it waits for the next time. */
  const settled = async (): Promise<void> => {
    while (clock.pending !== 1 || existsSync(join(folder.path, "acme", "lock"))) await setImmediate();
  };

  /** Lets time pass, and what it sets off come to its end. */
  async function pass(durationMs: number, stepMs = durationMs): Promise<void> {
    for (let passed = 0; passed < durationMs; passed += stepMs) {
      await clock.advance(stepMs);
      await settled();
    }
  }

  beforeEach(async () => {
    folder = await temporaryFolder();
    clock = new FakeClock(Date.UTC(2030, 0));
    asked = [];
    logged = [];
    inForce = [];
    refuse = null;
    keeper = start();
  });
  afterEach(async () => {
    for (const one of started.splice(0)) one.close();
    assert.equal(clock.pending, 0);
    await folder.remove();
  });

  it("gets what is missing at once, one after the other, and renews it after two thirds of its life", async () => {
    keeper.apply(config([certificate("a.test", "b.test"), certificate("c.test")]));
    await settled();
    assert.deepEqual(asked, ["a.test+b.test http-01 0", "c.test http-01 0"]);
    assert.deepEqual(
      inForce.map(({ names }) => names),
      [["a.test", "b.test"], ["c.test"]],
    );
    assert.deepEqual(keeper.status()[0], {
      names: ["a.test", "b.test"],
      key: "ecdsa",
      notAfter: "2030-04-01T00:00:00.000Z",
      lastTry: "2030-01-01T00:00:00.000Z",
      problem: null,
      nextTry: "2030-03-03T12:00:00.000Z",
    });
    await pass(61 * day, day / 2);
    assert.equal(asked.length, 2);
    await pass(day / 2);
    assert.deepEqual(asked.slice(2), ["a.test+b.test http-01 88560", "c.test http-01 88560"]);
    assert.equal(inForce.length, 4);
    assert.match(logged.join("\n"), /^acme\.ordering a\.test, b\.test https:\/\/ca\.test\/dir http-01\nacme\.issued /);
  });

  it("takes over what is kept from before, and renews it in its time", async () => {
    keeper.apply(config([certificate("a.test")]));
    await settled();
    keeper.close();
    const after = start();
    await clock.advance(61 * day);
    after.apply(config([certificate("a.test")]));
    await settled();
    assert.equal(asked.length, 1);
    await pass(2 * day, day / 2);
    assert.equal(asked.length, 2);
  });

  it("asks for another certificate where a name was added", async () => {
    keeper.apply(config([certificate("a.test")]));
    await settled();
    keeper.apply(config([certificate("a.test", "b.test")]));
    await settled();
    assert.deepEqual(asked, ["a.test http-01 0", "a.test+b.test http-01 0"]);
  });

  it("goes on as before where the same is applied again", async () => {
    refuse = () => new Error("no");
    keeper.apply(config([certificate("a.test")]));
    await settled();
    keeper.apply(config([certificate("a.test")]));
    await pass(minute);
    assert.equal(asked.length, 1);
    // Whoever has changed something wants to see what comes of it.
    keeper.apply(config([certificate("a.test")], { email: "a@b.test" }));
    await settled();
    assert.equal(asked.length, 2);
  });

  it("tries again later and later where it fails, by the possible challenges in turn, and the old one serves on", async () => {
    keeper.apply(config([certificate("a.test")], { challenges: ["http-01", "tls-alpn-01"] }));
    await settled();
    const [before] = inForce;
    await pass(61 * day, day / 2);
    refuse = () => new AcmeProblem("nobody answers", "connection");
    await pass(day / 2);
    await pass(110 * minute, minute);
    const at = asked.slice(1).map((line) => line.split(" "));
    assert.deepEqual(
      at.map(([, challenge]) => challenge),
      ["http-01", "tls-alpn-01", "http-01", "tls-alpn-01", "http-01", "tls-alpn-01"],
    );
    const times = at.map(([, , minutes]) => Number(minutes) - 88_560);
    // After 2, 4, 8, 16, 32 minutes.
    assert.deepEqual(times, [0, 2, 6, 14, 30, 62]);
    const { problem, notAfter } = keeper.status()[0]!;
    assert.deepEqual([problem, notAfter], ["nobody answers", "2030-04-01T00:00:00.000Z"]);
    assert.match(logged.at(-1) ?? "", /^acme\.failed a\.test nobody answers 2030-03-0/);
    assert.deepEqual(inForce, [before]);
    refuse = null;
    await pass(hour);
    assert.equal(keeper.status()[0]?.problem, null);
    assert.equal(inForce.length, 2);
  });

  it("waits as long as the authority asks", async () => {
    refuse = () => new AcmeProblem("too many", "rateLimited", 36 * hour);
    keeper.apply(config([certificate("a.test")]));
    await settled();
    await pass(36 * hour - minute, hour - 1);
    assert.equal(asked.length, 1);
    await pass(2 * minute);
    assert.equal(asked.length, 2);
  });

  it("does without a certificate that fails, and gets the others", async () => {
    refuse = () => (asked.at(-1)?.startsWith("a.test") ? new Error("no") : new Error("never"));
    keeper.apply(config([certificate("a.test"), certificate("b.test")]));
    await settled();
    assert.equal(asked.length, 2);
    assert.deepEqual(
      keeper.status().map(({ problem }) => problem),
      ["no", "never"],
    );
  });

  it("leaves a damaged file alone and says what to do", async () => {
    keeper.apply(config([certificate("a.test")]));
    await settled();
    keeper.close();
    const { path } = certificate("a.test");
    const half = (await readFile(path, "utf8")).slice(0, 300);
    await writeFile(path, half);
    const after = start();
    after.apply(config([certificate("a.test")]));
    await settled();
    assert.equal(asked.length, 1);
    assert.match(after.status()[0]?.problem ?? "", /"a\.test\.pem".*: put the file back from a backup, or delete it/);
    assert.equal(await readFile(path, "utf8"), half);
    await rm(path);
    await pass(3 * minute);
    assert.equal(asked.length, 2);
  });

  it("puts in force what another process has got, and gets none itself meanwhile", async () => {
    const wanted = certificate("a.test");
    refuse = () => new Error("no");
    keeper.apply(config([wanted]));
    await settled();
    const other = await writeCertificate(wanted, await issue(["a.test"]), clock.now());
    await pass(3 * minute);
    assert.equal(asked.length, 1);
    assert.deepEqual(inForce, [other]);
    assert.deepEqual(await readdir(join(folder.path, "acme")), ["a.test.pem"]);
  });

  it("does nothing any more, and keeps nothing, once it is closed in the middle", async () => {
    const answer = new EventEmitter();
    const waiting: AcmeKeeper = createAcmeKeeper({
      clock,
      random: () => 0.5,
      log,
      get: async (wanted, account, how) => {
        await once(answer, "now");
        how.signal.throwIfAborted();
        return get(wanted, account, how);
      },
      onIssued,
    });
    waiting.apply(config([certificate("a.test"), certificate("b.test")]));
    await until(() => logged.length === 1);
    waiting.close();
    answer.emit("now");
    await until(async () => (await readdir(join(folder.path, "acme"))).length === 0);
    assert.deepEqual([asked, logged.length, inForce], [[], 1, []]);
  });

  it("waits for a process that is at it", async () => {
    await keepLocked(async () => {
      keeper.apply(config([certificate("a.test")]));
      await until(() => clock.pending === 1);
      assert.equal(asked.length, 0);
    });
    await pass(minute);
    assert.equal(asked.length, 1);
  });

  async function keepLocked(run: () => Promise<void>): Promise<void> {
    const { withFolderLock } = await import("./folder-lock.ts");
    await withFolderLock(join(folder.path, "acme"), new FakeClock(clock.now()), run);
  }
});
