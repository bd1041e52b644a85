import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { certificate, privateKey } from "./certificates.fixture.ts";
import { loadConfig } from "./load-config.ts";
import { problemLine } from "./problem.ts";

const options = { presets: {}, env: {}, now: Date.UTC(2030, 0) };
const text = `listen: [{ port: 80, certificates: [both.pem] }]
servers: { a: a.local }
farms: { app: { servers: [a] } }
routes: [{ farm: app }]
`;

describe("loading a configuration file", () => {
  let folder = "";
  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, content);
    return file;
  };
  const problemsOf = async (file: string): Promise<readonly string[]> => {
    const result = await loadConfig(file, options);
    return result.ok ? [] : result.problems.map((problem) => problemLine(problem).slice(folder.length + 1));
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "fairlead-config-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("reads the files it names beside it, whatever the working folder", async () => {
    await write("both.pem", certificate + privateKey);
    const result = await loadConfig(await write("ok.yaml", text), options);
    assert.ok(result.ok);
    assert.equal(result.config.listeners[0]?.tls?.certificates[0].pem?.key, privateKey);
    assert.deepEqual([...result.files.keys()], [join(folder, "ok.yaml"), join(folder, "both.pem")]);
  });

  it("tells of a missing file", async () => {
    const file = join(folder, "nope.yaml");
    assert.deepEqual(await problemsOf(file), [
      `nope.yaml:1:1: ${JSON.stringify(file)} cannot be read: it does not exist`,
    ]);
  });

  it("tells of a folder", async () => {
    const result = await loadConfig(folder, options);
    assert.ok(!result.ok);
    assert.match(result.problems[0]?.message ?? "", /cannot be read: it is a folder$/);
  });

  it("tells of a file it names that is missing", async () => {
    const file = await write("no-cert.yaml", text.replace("both.pem", "gone.pem"));
    assert.deepEqual(await problemsOf(file), [
      'no-cert.yaml:1:37: listen.0.certificates.0: "gone.pem" cannot be read: it does not exist; file names are relative to the configuration file',
    ]);
    const { files } = await loadConfig(file, options);
    assert.equal(files.get(join(folder, "gone.pem")), null);
  });

  it("reads every file that a key names", async () => {
    const file = await write(
      "files.yaml",
      `acme: { directory: https://ca.local/, agreeToTerms: true, ca: 1.pem, eab: { keyId: k, hmacKeyFile: 2.key } }
listen:
  - port: 443
    certificates: [3.pem, { cert: 4.pem, key: 5.key }, { pfx: 6.pfx, passwordFile: 7.txt }, { acme: [a.example.com] }]
    clientCertificate: { ca: 8.pem, crl: 9.crl }
servers: { a: "https://a.local" }
farms: { app: { servers: [a], tls: { ca: 10.pem } } }
routes: [{ farm: app }]
`,
    );
    const { files } = await loadConfig(file, options);
    const read = [...files.keys()].map((name) => Number.parseInt(basename(name), 10)).filter((name) => name > 0);
    assert.deepEqual(
      read.toSorted((a, b) => a - b),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    );
    assert.deepEqual(
      (await problemsOf(file)).filter((line) => line.includes("it was not read")),
      [],
    );
  });

  it("reads UTF-8 with a byte order mark and Windows line ends", async () => {
    const file = await write("windows.yaml", `\uFEFF${text.replaceAll("\n", "\r\n")}`);
    assert.ok((await loadConfig(file, options)).ok);
  });

  it("tells where a file is not UTF-8", async () => {
    const latin = Buffer.concat([Buffer.from(`${text}# `), Buffer.from([0xe9])]);
    const message = "the file is not UTF-8: save it as UTF-8 (Notepad: Save as, Encoding UTF-8)";
    assert.deepEqual(await problemsOf(await write("latin.yaml", latin)), [`latin.yaml:5:3: ${message}`]);
    assert.deepEqual(await problemsOf(await write("utf16.yaml", Buffer.from(`\uFEFF${text}`, "utf16le"))), [
      `utf16.yaml:1:1: ${message}`,
    ]);
  });

  it("does not read what is too large to be a configuration", async () => {
    const file = await write("large.yaml", "#".repeat(8 * 1024 * 1024 + 1));
    assert.deepEqual(await problemsOf(file), [
      "large.yaml:1:1: the file has 8388609 bytes, at most 8388608 (8 MiB) are read: is it a configuration?",
    ]);
  });
});
