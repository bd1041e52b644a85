import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import * as z from "zod";
import { certificate, privateKey } from "../config/certificates.fixture.ts";
import { configurationPage } from "../config/configuration-page.ts";
import { configJsonSchema } from "../config/json-schema.ts";
import { load, presets } from "./load.ts";

const program = `
import { Command } from "commander";
import { checkCommand } from ${JSON.stringify(new URL("check.js", import.meta.url).href)};
import { schemaCommand } from ${JSON.stringify(new URL("schema.js", import.meta.url).href)};
await new Command().addCommand(checkCommand()).addCommand(schemaCommand()).parseAsync(process.argv.slice(1), { from: "user" });
`;

function fairlead(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", program, "--", ...words],
    { encoding: "utf8" },
  );
  return { status, stdout, stderr };
}

const examples = (await readdir("examples")).filter((name) => name.endsWith(".yaml"));
const text = `listen: [{ port: 80 }]
servers: { a: a.local, b: b.local }
exchange: { version: 2013, layout: single-namespace, domain: x.y, servers: [a, b], publish: [owa, oa] }
`;

describe("fairlead check", () => {
  let folder = "";
  let good = "";
  let bad = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "fairlead-check-"));
    good = join(folder, "good.yaml");
    bad = join(folder, "bad.yaml");
    await writeFile(good, text);
    await writeFile(bad, text.replace("[a, b]", "[a, c]").replace("layout", "layuot"));
  });
  after(() => rm(folder, { recursive: true }));

  it("shows calmly what is published", () => {
    assert.deepEqual(fairlead("check", "-c", good), {
      status: 0,
      stderr: "",
      stdout: `${good} is valid

Listeners
  *:80  http

Published
  ADDRESS               FARM  MEMBERS  HEALTH CHECK
  mail.x.y/ (exact)     owa   a, b     GET /owa/HealthCheck.htm -> 200 "200 OK", every 5s
  mail.x.y/owa
  mail.x.y/rpc          oa    a, b     GET /rpc/HealthCheck.htm -> 200 "200 OK", every 5s
  mail.x.y/rpcwithcert

Admin API  http://127.0.0.1:9900
`,
    });
  });

  it("tells every error with its place, and fails", () => {
    const { status, stdout, stderr } = fairlead("check", "-c", bad);
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.deepEqual(stderr.split("\n"), [
      `error ${bad}:3:1: exchange.layout: missing: write one of shared-check, namespace-per-protocol, single-namespace`,
      `error ${bad}:3:28: exchange.layuot: "layuot" is not a key here; did you mean "layout"? allowed here are version, layout, domain, servers, host, hosts, publish, allow, tls, legacy`,
      "2 errors, nothing was started",
      "",
    ]);
  });

  it("prints the expansion as a configuration that is valid itself", async () => {
    const { status, stdout } = fairlead("check", "-c", good, "--expanded");
    assert.equal(status, 0);
    const expanded = join(folder, "expanded.yaml");
    await writeFile(expanded, stdout);
    const [first, second] = await Promise.all([load(good), load(expanded)]);
    assert.ok(first.ok && second.ok);
    assert.deepEqual({ ...second.config, file: "" }, { ...first.config, file: "" });
  });

  it("tells programs the same as JSON, without keys", async () => {
    await writeFile(join(folder, "mail.pem"), certificate + privateKey);
    const tls = join(folder, "tls.yaml");
    await writeFile(tls, text.replace("port: 80", "port: 443, certificates: [mail.pem]"));
    const { status, stdout } = fairlead("check", "-c", tls, "--json");
    assert.equal(status, 0);
    assert.doesNotMatch(stdout, /PRIVATE KEY/);
    assert.match(stdout, /^\{\s*"ok": true/);
    assert.match(stdout, /"names": \[\s*"mail\.example\.com"/);
    const failed = fairlead("check", "-c", bad, "--json");
    assert.equal(failed.status, 1);
    assert.match(failed.stdout, /^\{\s*"ok": false,\s*"problems": \[\s*\{\s*"file": .*\s*"line": 3,\s*"column": 1,/);
  });
});

describe("the examples", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "fairlead-examples-"));
    await Promise.all([
      ...["mail.pem", "internal-ca.pem", "shop.crt"].map((name) =>
        writeFile(join(folder, name), certificate + privateKey),
      ),
      writeFile(join(folder, "shop.key"), privateKey),
      ...examples.map(async (name) => writeFile(join(folder, name), await readFile(join("examples", name)))),
    ]);
  });
  after(() => rm(folder, { recursive: true }));

  it("are six", () => assert.equal(examples.length, 6));

  const schema = z.fromJSONSchema(configJsonSchema(presets));
  for (const name of examples) {
    it(`are valid: ${name}`, async () => {
      const result = await load(join(folder, name));
      assert.ok(result.ok, JSON.stringify(result, null, 1));
      assert.deepEqual(
        result.warnings.filter(({ message }) => !message.startsWith("no certificate is valid for")),
        [],
      );
    });

    it(`fit the JSON Schema: ${name}`, async () => {
      assert.equal(schema.safeParse(parse(await readFile(join("examples", name), "utf8"))).error, undefined);
    });
  }
});

describe("the reference of the configuration", () => {
  it("is up to date (node scripts/docs.mjs writes it)", async () => {
    assert.equal(
      await readFile("docs/reference/configuration.md", "utf8"),
      configurationPage(configJsonSchema(presets)),
    );
  });

  it("comes from the schema that `fairlead schema` prints", () => {
    assert.deepEqual(JSON.parse(fairlead("schema").stdout), JSON.parse(JSON.stringify(configJsonSchema(presets))));
  });
});
