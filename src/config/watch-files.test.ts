import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { until } from "../../test/support/until.ts";
import { systemClock } from "../util/clock.ts";
import { digestOf } from "./load-file.ts";
import { watchFiles, type FileWatch } from "./watch-files.ts";

const timeout = 20_000;
const digest = (text: string): string | null => digestOf({ ok: true, bytes: Buffer.from(text) });

describe("watching files", { timeout }, () => {
  let folder = "";
  let watching: FileWatch | null = null;
  const at = (name: string): string => join(folder, name);
  const follow = (files: readonly (readonly [string, string | null])[]) =>
    new Map(files.map(([name, text]) => [at(name), text === null ? null : digest(text)]));

  /** The next change that is told of. */
  function changes(files: readonly (readonly [string, string | null])[]): () => Promise<readonly string[]> {
    const told: (readonly string[])[] = [];
    const onChange = (changed: readonly string[]): void => void told.push(changed);
    watching = watchFiles(follow(files), { clock: systemClock, onChange });
    return async () => until(() => told.shift());
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "fairlead-watch-"));
  });
  afterEach(async () => {
    watching?.close();
    await rm(folder, { recursive: true });
  });

  it("sees a file that is written, and one that is replaced by rename", async () => {
    await writeFile(at("a.pem"), "1");
    await writeFile(at("b.pem"), "1");
    const next = changes([
      ["a.pem", "1"],
      ["b.pem", "1"],
    ]);
    await writeFile(at("a.pem"), "2");
    assert.deepEqual(await next(), [at("a.pem")]);
    await writeFile(at("new"), "2");
    await rename(at("new"), at("b.pem"));
    assert.deepEqual(await next(), [at("b.pem")]);
  });

  it("tells once of several files that change together", async () => {
    await writeFile(at("a.pem"), "1");
    await writeFile(at("b.pem"), "1");
    const next = changes([
      ["a.pem", "1"],
      ["b.pem", "1"],
    ]);
    await writeFile(at("a.pem"), "2");
    await writeFile(at("b.pem"), "2");
    assert.deepEqual(await next(), [at("a.pem"), at("b.pem")]);
  });

  it("sees a link in the way set to another folder, as Kubernetes does", async (t) => {
    for (const [name, text] of [
      ["..1", "1"],
      ["..2", "2"],
    ] as const) {
      await mkdir(at(name));
      await writeFile(join(at(name), "tls.crt"), text);
    }
    try {
      await symlink("..1", at("..data"), "dir");
      await symlink(join("..data", "tls.crt"), at("tls.crt"));
    } catch {
      t.skip("this user may not make links (Windows)");
      return;
    }
    const next = changes([["tls.crt", "1"]]);
    await symlink("..2", at("..data_tmp"), "dir");
    await rename(at("..data_tmp"), at("..data"));
    assert.deepEqual(await next(), [at("tls.crt")]);
  });

  it("sees a file that appears, and one that goes", async () => {
    const next = changes([["a.pem", null]]);
    await writeFile(at("a.pem"), "1");
    assert.deepEqual(await next(), [at("a.pem")]);
    await rm(at("a.pem"));
    assert.deepEqual(await next(), [at("a.pem")]);
  });

  it("sees what changed between reading and watching", async () => {
    await writeFile(at("a.pem"), "2");
    const next = changes([["a.pem", "1"]]);
    assert.deepEqual(await next(), [at("a.pem")]);
  });

  it("follows other files when told so", async () => {
    await writeFile(at("a.pem"), "1");
    await writeFile(at("b.pem"), "1");
    const next = changes([["a.pem", "1"]]);
    watching?.follow(follow([["b.pem", "1"]]));
    await writeFile(at("a.pem"), "2");
    await writeFile(at("b.pem"), "2");
    assert.deepEqual(await next(), [at("b.pem")]);
  });

  it("finds by looking now and then what no event tells, in a folder that came later", async () => {
    const clock = new FakeClock();
    const told: (readonly string[])[] = [];
    const file = join(at("later"), "a.pem");
    watching = watchFiles(new Map([[file, null]]), { clock, onChange: (changed) => void told.push(changed) });
    await mkdir(at("later"));
    await writeFile(file, "1");
    while (told.length === 0) await clock.advance(1000);
    assert.deepEqual(told, [[file]]);
  });

  it("says nothing where the same is written again, and nothing after it was closed", async () => {
    const clock = new FakeClock();
    const told: unknown[] = [];
    await writeFile(at("a.pem"), "1");
    const watched = watchFiles(follow([["a.pem", "1"]]), { clock, onChange: (changed) => void told.push(changed) });
    await writeFile(at("a.pem"), "1");
    for (let second = 0; second < 60; second++) await clock.advance(1000);
    watched.close();
    await writeFile(at("a.pem"), "2");
    for (let second = 0; second < 60; second++) await clock.advance(1000);
    assert.deepEqual(told, []);
    assert.equal(clock.pending, 0);
  });
});
