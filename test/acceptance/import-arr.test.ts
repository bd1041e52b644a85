import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { parse } from "yaml";
import { goldenBytes } from "../support/golden-import.ts";
import { fairlead, type Program } from "../support/program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const timeout = 120_000;

/** A folder with a sample as applicationHost.config. */
async function folderWith(t: TestContext, content: string | Uint8Array): Promise<string> {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  await writeFile(join(folder.path, "applicationHost.config"), content);
  return folder.path;
}

const importIn = async (folder: string, ...words: readonly string[]): Promise<Program> =>
  fairlead(["import", "arr", "applicationHost.config", ...words], { folder });

const text = (name: string): string => Buffer.from(goldenBytes(name)).toString();

test("the article's Option 2 is imported, and checked without a hand's work", { timeout }, async (t) => {
  const folder = await folderWith(t, goldenBytes("option-2"));
  const imported = await importIn(folder, "-o", "fairlead.yaml");
  assert.equal(imported.code, 0, imported.errors);
  assert.equal(imported.output, "");
  assert.match(imported.errors, /^note applicationHost\.config:13:11: port 80, plain HTTP: no listener/m);
  assert.match(imported.errors, /^certificate fairlead\.pem is a SELF-SIGNED STAND-IN/m);
  assert.match(imported.errors, /fairlead\.yaml is written: npx fairlead check -c fairlead\.yaml\n$/);
  assert.deepEqual(readdirSync(folder).toSorted(), ["applicationHost.config", "fairlead.pem", "fairlead.yaml"]);
  if (process.platform !== "win32") assert.equal(statSync(join(folder, "fairlead.pem")).mode & 0o777, 0o600);
  const checked = await fairlead(["check", "-c", "fairlead.yaml"], { folder });
  assert.equal(checked.code, 0, checked.errors);
  assert.equal(checked.errors, "");
});

test("what has rules and presets is valid as well", { timeout }, async (t) => {
  for (const name of ["single-namespace-block", "locations", "web-config"]) {
    const folder = await folderWith(t, goldenBytes(name));
    const imported = await importIn(folder, "-o", "fairlead.yaml");
    assert.equal(imported.code, 0, imported.errors);
    const checked = await fairlead(["check", "-c", "fairlead.yaml"], { folder });
    assert.equal(checked.code, 0, `${name}: ${checked.errors}`);
  }
});

test("without -o the configuration is printed, and nothing is written", { timeout }, async (t) => {
  const folder = await folderWith(t, goldenBytes("option-1"));
  const imported = await importIn(folder, "--certificate", "mail.pfx", "--no-presets");
  assert.equal(imported.code, 0, imported.errors);
  assert.deepEqual(parse(imported.output).listen, [{ port: 443, certificates: ["mail.pfx"] }]);
  assert.doesNotMatch(imported.errors, /STAND-IN/);
  assert.deepEqual(readdirSync(folder), ["applicationHost.config"]);
});

test("--json prints the document and the findings with their places", { timeout }, async (t) => {
  const folder = await folderWith(t, goldenBytes("option-1"));
  const imported = await importIn(folder, "--json");
  const result = JSON.parse(imported.output);
  assert.deepEqual(result.document, parse(result.yaml));
  assert.deepEqual(Object.keys(result.findings[0]), ["kind", "line", "column", "read", "result", "consequence"]);
  assert.equal(imported.errors, "");
  const refused = await fairlead(["import", "arr", "fairlead.yaml", "--json"], { folder: `${folder}/..` });
  assert.equal(refused.code, 1);
  assert.equal(JSON.parse(refused.output).ok, false);
});

test("files that are there are kept, unless --force is given", { timeout }, async (t) => {
  const folder = await folderWith(t, goldenBytes("option-1"));
  await writeFile(join(folder, "fairlead.pem"), "mine");
  const refused = await importIn(folder, "-o", "fairlead.yaml");
  assert.equal(refused.code, 1);
  assert.match(
    refused.errors,
    /fairlead\.pem is there already: choose another name, or give --force\nnothing was written/,
  );
  assert.deepEqual(readdirSync(folder).toSorted(), ["applicationHost.config", "fairlead.pem"]);
  assert.equal(await readFile(join(folder, "fairlead.pem"), "utf8"), "mine");
  const forced = await importIn(folder, "-o", "fairlead.yaml", "--force");
  assert.equal(forced.code, 0, forced.errors);
  assert.match(await readFile(join(folder, "fairlead.pem"), "utf8"), /BEGIN PRIVATE KEY/);
});

const option1 = text("option-1");
const utf16 = Buffer.from(`\uFEFF${option1.replace("UTF-8", "UTF-16")}`, "utf16le");

test("UTF-16 and a byte order mark make no difference", { timeout }, async (t) => {
  const expected = await importIn(await folderWith(t, option1));
  for (const bytes of [utf16, Buffer.from(utf16).swap16(), Buffer.from(`\uFEFF${option1}`)]) {
    const imported = await importIn(await folderWith(t, bytes));
    assert.equal(imported.output, expected.output);
    assert.equal(imported.errors, expected.errors);
  }
});

const laughs = Array.from({ length: 10 }, (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`).join(
  "\n",
);

const hostile: readonly (readonly [name: string, content: string | Uint8Array, says: RegExp])[] = [
  [
    "billion laughs",
    `<?xml version="1.0"?>\n<!DOCTYPE l [\n<!ENTITY l0 "lol">\n${laughs}\n]>\n<configuration>&l10;</configuration>`,
    /config:2:1: a DOCTYPE is not read/,
  ],
  [
    "an external entity",
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<configuration>&x;</configuration>',
    /config:1:1: a DOCTYPE is not read/,
  ],
  ["no XML at all", "listen:\n  - { port: 443 }\n", /config:1:\d+: this is not XML: expected <configuration>/],
  ["an empty file", "", /config:1:1: the file is empty: expected <configuration>/],
  ["binary", Buffer.from([0x4d, 0x5a, 0x90, 0x00, 0xff, 0xfe, 0x80]), /config:1:1: the file is not UTF-8/],
  [
    "another document",
    "<?xml version='1.0'?>\n <html/>",
    /config:2:2: <html> is not the configuration of IIS: expected <configuration>/,
  ],
  [
    "a configuration without farms and rules",
    "<configuration><system.webServer/></configuration>",
    /config:1:1: there is no server farm and no rewrite rule in it/,
  ],
  [
    "a terminal's commands",
    "<configuration><\u001b[31m/></configuration>",
    /config:1:\d+: this is not well-formed XML/,
  ],
];

for (const [name, content, says] of hostile) {
  test(`${name}: a message with the place, and nothing is written`, { timeout }, async (t) => {
    const folder = await folderWith(t, content);
    const imported = await importIn(folder, "-o", "fairlead.yaml");
    assert.equal(imported.code, 1);
    assert.equal(imported.output, "");
    assert.match(imported.errors, says);
    assert.match(imported.errors, /nothing was converted/);
    assert.ok(!imported.errors.includes("\u001b"));
    assert.doesNotMatch(imported.errors, /\n\s+at /);
    assert.deepEqual(readdirSync(folder), ["applicationHost.config"]);
  });
}

test("a file that is not there: a message", { timeout }, async (t) => {
  const folder = await folderWith(t, "");
  const imported = await fairlead(["import", "arr", "other.config", "-o", "fairlead.yaml"], { folder });
  assert.equal(imported.code, 1);
  assert.match(imported.errors, /other\.config cannot be read/);
});
