import assert from "node:assert/strict";
import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { gunzipSync } from "node:zlib";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { LogRotation, type LogRotationOptions } from "./log-rotation.ts";

const noon = Date.UTC(2026, 10, 24, 12);
const hourMs = 3_600_000;

interface Rotated {
  readonly clock: FakeClock;
  readonly rotation: LogRotation;
  readonly folder: string;
  /** Of the folder, sorted. */
  readonly names: () => Promise<string[]>;
  readonly write: (text: string) => Promise<void>;
  /** How often a new file was begun. */
  readonly begun: { count: number };
  readonly failures: string[];
}

async function rotate(t: TestContext, options: Partial<LogRotationOptions["rotation"]>): Promise<Rotated> {
  const temporary = await temporaryFolder();
  t.after(temporary.remove);
  const clock = new FakeClock(noon);
  const file = join(temporary.path, "access.log");
  const begun = { count: 0 };
  const failures: string[] = [];
  const write = async (text: string): Promise<void> => {
    await writeFile(file, text);
    await utimes(file, clock.now() / 1000, clock.now() / 1000);
  };
  await write("before\n");
  const rotation = new LogRotation({
    file,
    rotation: { sizeBytes: 100, every: null, keep: 3, compress: false, ...options },
    clock,
    begin: () => begun.count++,
    failed: ({ message }) => failures.push(message),
  });
  t.after(() => rotation.close());
  const names = async (): Promise<string[]> => (await readdir(temporary.path)).toSorted();
  return { clock, rotation, folder: temporary.path, names, write, begun, failures };
}

/** Lets time pass, and waits for what is done then: after the look that its timer began, one that sees its effects. */
async function pass({ clock, rotation }: Rotated, ms: number): Promise<void> {
  await clock.advance(ms);
  await rotation.look();
  await rotation.look();
}

describe("a log file", () => {
  it("is moved away when it is too large", async (t) => {
    const rotated = await rotate(t, {});
    await rotated.write("x".repeat(99));
    await pass(rotated, 1000);
    assert.deepEqual(await rotated.names(), ["access.log"]);
    await rotated.write("x".repeat(100));
    await pass(rotated, 1000);
    assert.deepEqual(await rotated.names(), ["access-20261124-120002.log"]);
    assert.equal(rotated.begun.count, 1);
    assert.deepEqual(rotated.failures, []);
  });

  it("gets a name of its own when it is moved away twice in a second", async (t) => {
    const rotated = await rotate(t, {});
    for (let index = 0; index < 3; index++) {
      await rotated.write("x".repeat(100));
      await pass(rotated, 0);
    }
    assert.deepEqual(await rotated.names(), [
      "access-20261124-120000.1.log",
      "access-20261124-120000.2.log",
      "access-20261124-120000.log",
    ]);
  });

  const periods = [
    ["hour", 59 * 60_000, 60_000, "access-20261124-130000.log"],
    ["day", 11 * hourMs, hourMs, "access-20261125-000000.log"],
    // 24 November 2026 is a Tuesday.
    ["week", 5 * 24 * hourMs, 12 * hourMs, "access-20261130-000000.log"],
  ] as const;
  for (const [every, before, then, name] of periods) {
    it(`is moved away when its ${every} is over`, async (t) => {
      const rotated = await rotate(t, { every });
      // Only the clock's own timer would look so often; here it is enough to look at the end.
      rotated.rotation.close();
      await pass(rotated, before);
      assert.deepEqual(await rotated.names(), ["access.log"]);
      await pass(rotated, then);
      assert.deepEqual(await rotated.names(), [name]);
      await rotated.write("new\n");
      await pass(rotated, 1000);
      assert.deepEqual(await rotated.names(), [name, "access.log"]);
    });
  }

  it("is moved away at the start when it is of an earlier day", async (t) => {
    const { clock, folder, names } = await rotate(t, {});
    await clock.advance(0);
    const file = join(folder, "access.log");
    await utimes(file, (noon - 24 * hourMs) / 1000, (noon - 24 * hourMs) / 1000);
    const rotation = new LogRotation({
      file,
      rotation: { sizeBytes: 1000, every: "day", keep: 3, compress: false },
      clock,
      begin: () => undefined,
      failed: (error) => assert.fail(error),
    });
    await rotation.look();
    rotation.close();
    assert.deepEqual(await names(), ["access-20261124-120000.log"]);
  });

  it("stays when nothing was written", async (t) => {
    const rotated = await rotate(t, { every: "day" });
    await rotated.write("");
    rotated.rotation.close();
    await pass(rotated, 24 * hourMs);
    assert.deepEqual(await rotated.names(), ["access.log"]);
  });

  it("is compressed once nobody writes to it any more, and the oldest are removed", async (t) => {
    const rotated = await rotate(t, { compress: true, keep: 2 });
    // Left by an earlier run; the last one is not ours.
    for (const name of ["access-20261101-000000.log.gz", "access-20261102-000000.log", "access-other.log"]) {
      await writeFile(join(rotated.folder, name), "old");
    }
    await rotated.write("x".repeat(100));
    await pass(rotated, 0);
    const moved = "access-20261124-120000.log";
    assert.ok((await rotated.names()).includes(moved));
    await pass(rotated, 14_000);
    assert.ok((await rotated.names()).includes(moved));
    await pass(rotated, 1000);
    assert.deepEqual(await rotated.names(), ["access-20261102-000000.log.gz", `${moved}.gz`, "access-other.log"]);
    assert.equal(String(gunzipSync(await readFile(join(rotated.folder, `${moved}.gz`)))), "x".repeat(100));
    assert.deepEqual(rotated.failures, []);
  });

  it("says once that it cannot be moved, and goes on trying", async (t) => {
    const rotated = await rotate(t, {});
    await rotated.write("x".repeat(100));
    // A folder that is gone has no file to move; a broken disk looks the same.
    const broken = new LogRotation({
      file: join(rotated.folder, "access.log"),
      rotation: { sizeBytes: 1, every: null, keep: 3, compress: false },
      clock: rotated.clock,
      begin: () => {
        throw new Error("no new file");
      },
      failed: ({ message }) => rotated.failures.push(message),
    });
    rotated.rotation.close();
    await broken.look();
    await rotated.write("y");
    await broken.look();
    broken.close();
    assert.deepEqual(rotated.failures, ["no new file"]);
    assert.equal((await rotated.names()).length, 2);
  });
});
