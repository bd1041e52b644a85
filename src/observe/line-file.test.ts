import assert from "node:assert/strict";
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { until } from "../../test/support/until.ts";
import { LineFile } from "./line-file.ts";

interface Opened {
  readonly clock: FakeClock;
  readonly name: string;
  readonly lines: LineFile;
  /** "3 a problem" */
  readonly dropped: string[];
}

async function open(t: TestContext): Promise<Opened> {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const clock = new FakeClock();
  const dropped: string[] = [];
  const name = join(folder.path, "logs", "access.log");
  const lines = new LineFile({
    file: name,
    clock,
    dropped: (count, problem) => dropped.push(`${count} ${problem.slice(0, 6)}`),
  });
  return { clock, name, lines, dropped };
}

const text = async (name: string): Promise<string> => readFile(name, "latin1").catch(() => "");

describe("a file of lines", () => {
  it("is made with its folder, and gets what was written within 250 ms", async (t) => {
    const { clock, name, lines } = await open(t);
    lines.write("a\n");
    lines.write("b\n");
    await clock.advance(249);
    assert.equal(await text(name), "");
    await clock.advance(1);
    await until(async () => (await text(name)) === "a\nb\n");
    assert.equal((await stat(name)).mode & 0o777 & ~0o640, 0);
    assert.equal(clock.pending, 0);
    await lines.close();
  });

  it("gets much at once without waiting, in whole lines and in order", async (t) => {
    const { name, lines } = await open(t);
    const written = Array.from({ length: 5000 }, (_, index) => `${index} ${"x".repeat(90)}\n`);
    for (const line of written) lines.write(line);
    await until(async () => (await text(name)).length > 65_536);
    assert.match(await text(name), /x\n$/);
    await lines.close();
    assert.equal(await text(name), written.join(""));
  });

  it("has all that was written when it is closed", async (t) => {
    const { clock, name, lines, dropped } = await open(t);
    lines.write("a\n");
    await lines.close();
    assert.equal(await text(name), "a\n");
    assert.equal(clock.pending, 0);
    assert.deepEqual(dropped, []);
  });

  it("goes on with a new file when the old one was moved away", async (t) => {
    const { clock, name, lines } = await open(t);
    lines.write("a\n");
    await clock.advance(250);
    await until(async () => (await text(name)) === "a\n");
    await rename(name, `${name}.1`);
    lines.write("b\n");
    lines.reopen();
    await lines.close();
    assert.equal(await text(`${name}.1`), "a\n");
    assert.equal(await text(name), "b\n");
  });

  it("keeps what it cannot write, tries again, and drops and counts what is too much", async (t) => {
    const { clock, name, lines, dropped } = await open(t);
    // Where the file should be is a folder.
    await mkdir(name, { recursive: true });
    lines.write("first\n");
    await clock.advance(250);
    const line = `${"x".repeat(999)}\n`;
    for (let index = 0; index < 5000; index++) lines.write(line);
    // The first try again finds lines that were lost meanwhile.
    await until(async () => {
      await clock.advance(1000);
      return dropped.length > 0;
    });
    assert.match(dropped[0] ?? "", /^\d+ EISDIR$/);
    await rm(name, { recursive: true });
    await until(async () => {
      await clock.advance(1000);
      return (await text(name)).length > 4_000_000;
    });
    await lines.close();
    const kept = (await text(name)).split("\n").length - 1;
    assert.equal(kept - 1 + Number.parseInt(dropped[0] ?? "", 10), 5000);
  });

  it("does not wait for a disk that takes nothing when it is closed", async (t) => {
    const { name, lines, dropped } = await open(t);
    await mkdir(name, { recursive: true });
    lines.write("a\nb\n");
    await lines.close();
    assert.deepEqual(dropped, ["2 EISDIR"]);
  });
});
