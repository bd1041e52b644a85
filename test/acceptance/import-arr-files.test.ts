import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fairlead, type Program } from "../support/program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const xml = `<configuration>
 <webFarms><webFarm name="mail.x.test"><server address="cas1"/></webFarm></webFarms>
 <system.webServer><rewrite><globalRules>
  <rule name="mail" stopProcessing="true"><match url=".*"/><conditions><add input="{HTTPS}" pattern="on"/></conditions>
   <action type="Rewrite" url="https://mail.x.test/{R:0}"/></rule>
 </globalRules></rewrite></system.webServer>
</configuration>`;

test("an import writes nothing over what it is not told to, and never over its source or a key", async (t) => {
  const { path: folder, remove } = await temporaryFolder();
  t.after(remove);
  const source = join(folder, "applicationHost.config");
  await writeFile(source, xml);
  const run = async (...words: string[]): Promise<Program> =>
    fairlead(["import", "arr", "applicationHost.config", ...words], { folder });
  assert.equal((await run("-o", "fairlead.yaml")).code, 0);
  const [yaml, pem] = [join(folder, "fairlead.yaml"), join(folder, "fairlead.pem")];
  assert.match(await readFile(pem, "utf8"), /PRIVATE KEY/);
  await writeFile(yaml, "mine");
  await writeFile(pem, "the real one");
  const again = await run("-o", "fairlead.yaml");
  assert.equal(again.code, 1);
  assert.match(again.errors, /is there already: choose another name, or give --force/);
  assert.equal(await readFile(yaml, "utf8"), "mine");
  const forced = await run("-o", "fairlead.yaml", "--force");
  assert.equal(forced.code, 0, forced.errors);
  assert.match(forced.errors, /fairlead\.pem was there already, and stays what it is/);
  assert.match(await readFile(yaml, "utf8"), /^listen:/m);
  assert.equal(await readFile(pem, "utf8"), "the real one");
  const itself = await run("-o", "./applicationHost.config", "--force");
  assert.equal(itself.code, 1);
  assert.match(itself.errors, /is what is converted: name another file for the result/);
  assert.equal(await readFile(source, "utf8"), xml);
});
