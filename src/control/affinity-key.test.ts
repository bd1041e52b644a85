import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { stateFile } from "./state-file.ts";

async function setting(t: TestContext) {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const states = join(folder.path, "state");
  const events: string[] = [];
  const log = (event: string, fields?: object): void => void events.push(`${event} ${JSON.stringify(fields)}`);
  const store = () => stateFile(join(states, "state.json"), log);
  return { states, events, store, file: join(states, "affinity.key") };
}

describe("the key of affinity cookies", () => {
  it("is made once, kept for this user alone, and the same in every process", async (t) => {
    const { events, store, file, states } = await setting(t);
    const key = store().cookieKey();
    assert.equal(key.length, 32);
    assert.deepEqual(store().cookieKey(), key);
    assert.equal(await readFile(file, "utf8"), `${key.toString("base64")}\n`);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(states), ["affinity.key"]);
    assert.deepEqual(events, []);
  });

  it("is another one in another folder", async (t) => {
    assert.notDeepEqual((await setting(t)).store().cookieKey(), (await setting(t)).store().cookieKey());
  });

  for (const content of ["", "c2hvcnQ=\n"]) {
    it(`that reads ${JSON.stringify(content)} is left as it is, not used, and said loudly`, async (t) => {
      const { events, store, file, states } = await setting(t);
      await mkdir(states);
      await writeFile(file, content);
      assert.equal(store().cookieKey().length, 32);
      assert.equal(await readFile(file, "utf8"), content);
      assert.equal(events.length, 1);
      assert.match(events[0] ?? "", /^states\.key-not-kept .*32 bytes/);
    });
  }

  it("that can't be kept is one all the same, and said loudly", async (t) => {
    const { events, store, states } = await setting(t);
    await writeFile(states, "a file, no folder");
    assert.equal(store().cookieKey().length, 32);
    assert.match(events.join("\n"), /^states\.key-not-kept /);
  });
});
