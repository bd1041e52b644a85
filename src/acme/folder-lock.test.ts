import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { temporaryFolder, type TemporaryFolder } from "../../test/support/temporary-folder.ts";
import { until } from "../../test/support/until.ts";
import { withFolderLock } from "./folder-lock.ts";

describe("the lock of a folder", { timeout: 20_000 }, () => {
  let folder: TemporaryFolder;
  let clock: FakeClock;
  let path: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    clock = new FakeClock();
    path = join(folder.path, "new", "acme");
  });
  afterEach(() => folder.remove());

  /** Holds the lock until it is let go. */
  async function hold(): Promise<() => Promise<void>> {
    const events = new EventEmitter();
    const done = withFolderLock(path, clock, () => once(events, "let go"));
    await until(() => existsSync(join(path, "lock")));
    await until(async () => (await readFile(join(path, "lock"), "utf8")) !== "");
    return async () => {
      events.emit("let go");
      await done;
    };
  }
  const ask = async (): Promise<string | null> => withFolderLock(path, clock, async () => "mine");

  it("lets one in at a time", async () => {
    const letGo = await hold();
    assert.equal(await ask(), null);
    await letGo();
    assert.equal(await ask(), "mine");
    assert.deepEqual(await readdir(path), []);
    assert.equal(clock.pending, 0);
  });

  it("is kept for as long as its holder lives", async () => {
    const letGo = await hold();
    for (let seconds = 0; seconds < 300; seconds += 10) {
      await clock.advance(10_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(await ask(), null);
    await letGo();
  });

  it("is free again a minute after its holder died", async () => {
    const other = new FakeClock();
    void withFolderLock(path, other, () => new Promise(() => undefined));
    await until(() => existsSync(join(path, "lock")));
    await until(async () => (await readFile(join(path, "lock"), "utf8")) !== "");
    await clock.advance(59_000);
    assert.equal(await ask(), null);
    await clock.advance(2000);
    assert.equal(await ask(), "mine");
  });

  it("is given back where what runs fails, and left alone where somebody else has taken it over", async () => {
    await assert.rejects(
      withFolderLock(path, clock, async () => Promise.reject(new Error("x"))),
      { message: "x" },
    );
    assert.deepEqual(await readdir(path), []);
    await withFolderLock(path, clock, () => writeFile(join(path, "lock"), "another's"));
    assert.deepEqual(await readdir(path), ["lock"]);
  });
});
