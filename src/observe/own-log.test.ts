import assert from "node:assert/strict";
import { mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { OwnLog } from "./own-log.ts";

it("the router's own log is in its file at once, goes on in a new one, and changes with the configuration", async (t) => {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const file = join(folder.path, "logs", "fairlead.log");
  const own = new OwnLog(new FakeClock(), false, { level: "info", format: null, file });
  const { log } = own;
  log("router.stopping", { reason: "one" });
  assert.match(await readFile(file, "utf8"), /^\{"level":"info",.*"reason":"one".*\}\n$/);
  await rename(file, `${file}.1`);
  own.reopen();
  log("router.stopping", { reason: "two" });
  assert.match(await readFile(file, "utf8"), /^\{.*"reason":"two".*\}\n$/);
  own.apply({ level: "error", format: "lines", file });
  log("router.stopping", { reason: "not important enough" });
  log("admin.failed", { problem: "three" });
  assert.match(await readFile(file, "utf8"), /"two"[^\n]*\n[^\n{]*the admin API failed: three\n$/);
});

it("the router runs on where its own log cannot be written", async (t) => {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const file = join(folder.path, "fairlead.log");
  await mkdir(file);
  // At this level standard output stays quiet.
  const own = new OwnLog(new FakeClock(), false, { level: "error", format: "json", file });
  own.log("router.stopping", { reason: "x" });
});
