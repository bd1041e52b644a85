import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { stringify } from "yaml";
import { writeLabCertificates } from "../../src/lab/certificates.ts";
import { startLabControl } from "../../src/lab/lab-control.ts";
import { startLab } from "../../src/lab/start-lab.ts";
import type { LabStatus } from "../../src/lab/lab-status.ts";
import { runProgram } from "../../src/lab/testing/run-program.ts";
import { exchangeDocument, type Layout } from "../support/lab-site.ts";
import { commandLine, fairlead } from "../support/program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const timeout = 60_000;

/** A folder with a valid fairlead.yaml for a lab that need not run any more. */
async function folderFor(t: TestContext, layout: Layout): Promise<string> {
  const { path, remove } = await temporaryFolder();
  t.after(remove);
  const lab = await startLab();
  await lab.close();
  if (lab.certificates !== null) await writeLabCertificates(path, lab.certificates);
  await writeFile(join(path, "fairlead.yaml"), stringify(exchangeDocument(lab, layout)));
  return path;
}

for (const layout of ["shared-check", "namespace-per-protocol", "single-namespace"] as const) {
  test(`check --expanded prints a configuration that publishes the same (${layout})`, { timeout }, async (t) => {
    const folder = await folderFor(t, layout);
    const [expanded, before] = await Promise.all([
      fairlead(["check", "--expanded"], { folder }),
      fairlead(["check", "--json"], { folder }),
    ]);
    assert.equal(expanded.code, 0, expanded.errors);
    assert.doesNotMatch(expanded.output, /^exchange:/m);
    await writeFile(join(folder, "expanded.yaml"), expanded.output);
    const after = await fairlead(["check", "--json", "-c", "expanded.yaml"], { folder });
    assert.equal(after.code, 0, after.output);
    const { published } = JSON.parse(before.output);
    assert.ok(published.farms.length >= 2 && published.routes.length >= 9);
    assert.deepEqual(JSON.parse(after.output).published, published);
  });
}

test("check prints what is published, and no keys", { timeout }, async (t) => {
  const folder = await folderFor(t, "namespace-per-protocol");
  const [text, json] = await Promise.all([fairlead(["check"], { folder }), fairlead(["check", "--json"], { folder })]);
  assert.match(text.output, /^fairlead\.yaml is valid/);
  assert.match(
    text.output,
    /ews\.exchange\.localhost\/ews +ews +cas1, cas2 +GET \/ews\/HealthCheck\.htm -> 200 "200 OK", every 1s/,
  );
  assert.doesNotMatch(text.output + json.output, /PRIVATE KEY/);
});

test("colours are for terminals, and NO_COLOR takes them off", { timeout }, async (t) => {
  const folder = await folderFor(t, "single-namespace");
  const escape = "\u001B[";
  assert.ok(!(await fairlead(["check"], { folder })).output.includes(escape));
  // The file is named, not found: `script` gives the command a terminal of its own.
  const command = commandLine(["check", "-c", join(folder, "fairlead.yaml")])
    .map((word) => `'${word}'`)
    .join(" ");
  const onTerminal = async (setting: string) =>
    runProgram("script", ["-qec", `env ${setting} TERM=xterm ${command}`, "/dev/null"]);
  const coloured = await onTerminal("-u NO_COLOR");
  if (coloured === null) {
    t.skip("script (util-linux) is not installed");
    return;
  }
  assert.ok(coloured.output.includes(escape), coloured.output);
  assert.match(coloured.output, /is valid/);
  const plain = await onTerminal("NO_COLOR=1");
  assert.match(plain?.output ?? "", /is valid/);
  assert.ok(!plain?.output.includes(escape));
});

test("schema prints a JSON Schema with all sections", { timeout }, async () => {
  const { code, output } = await fairlead(["schema"]);
  assert.equal(code, 0);
  const schema = JSON.parse(output);
  assert.match(schema.$schema, /json-schema/);
  for (const section of ["listen", "servers", "defaults", "farms", "routes", "exchange", "admin"])
    assert.ok(section in schema.properties, section);
});

test("status and lab say what to do where nothing runs, exit code 1", { timeout }, async () => {
  // Nothing ever listens on the discard port of a machine that runs tests.
  const [status, lab] = await Promise.all([
    fairlead(["status"], { env: { FAIRLEAD_ADMIN_PORT: "9" } }),
    fairlead(["lab", "status"], { env: { FAIRLEAD_LAB_PORT: "9" } }),
  ]);
  assert.equal(status.code, 1);
  assert.match(status.errors, /^No router answers at http:\/\/127\.0\.0\.1:9/);
  assert.match(status.errors, /fairlead run.*--admin.*FAIRLEAD_ADMIN_PORT/);
  assert.equal(lab.code, 1);
  assert.match(lab.errors, /No lab answers on port 9/);
});

test("the lab is switched and asked by commands, which refuse what it does not have", { timeout }, async (t) => {
  const lab = await startLab({ servers: [{ name: "cas1", tls: false }] });
  t.after(() => lab.close());
  const control = await startLabControl(lab, 0);
  t.after(() => control.close());
  const env = { FAIRLEAD_LAB_PORT: String(control.port) };
  const [slow, unknown, notProtocol] = await Promise.all([
    fairlead(["lab", "slow", "cas1", "ews", "5", "--json"], { env }),
    fairlead(["lab", "stop", "cas9", "owa"], { env }),
    fairlead(["lab", "stop", "cas1", "imap"], { env }),
  ]);
  assert.equal(slow.code, 0, slow.errors);
  const status: LabStatus = JSON.parse(slow.output);
  assert.deepEqual([status.servers[0]?.pools.ews.state, status.servers[0]?.pools.ews.delayMs], ["slow", 5]);
  assert.deepEqual([unknown.code, notProtocol.code], [1, 1]);
  assert.match(unknown.errors, /no server "cas9"; it has cas1/);
  assert.match(notProtocol.errors, /"imap" is no protocol of the lab; it has owa, /);
});

test("an unknown command is refused with the one that was meant", { timeout }, async () => {
  const { code, errors } = await fairlead(["chekc"]);
  assert.equal(code, 1);
  assert.match(errors, /unknown command 'chekc'[^]*Did you mean check\?/);
});

test("the folder of the configuration is where its files are", { timeout }, async (t) => {
  const folder = await folderFor(t, "single-namespace");
  const { code, errors } = await fairlead(["check", "-c", join(folder, "fairlead.yaml")], { folder: dirname(folder) });
  assert.equal(code, 0, errors);
});
