import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { certificateGetter } from "../../src/acme/get-certificate.ts";
import type { AcmeCertificateConfig, AcmeChallengeType, AcmeConfig } from "../../src/config/config.ts";
import type { Log } from "../../src/observe/log.ts";
import { systemClock } from "../../src/util/clock.ts";
import { aConfig } from "../support/configs.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { makeCertificate } from "../support/make-certificates.ts";
import { startPebble, type Pebble, type PebbleOptions } from "../support/pebble.ts";
import { aListener, startRouterWith } from "../support/start-router.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const timeout = 170_000;

interface Setting {
  readonly pebble: Pebble;
  readonly account: AcmeConfig;
  readonly logged: readonly string[];
  wanted(...names: [string, ...string[]]): AcmeCertificateConfig;
  get(wanted: AcmeCertificateConfig, how?: Partial<Options>): Promise<X509Certificate>;
}

interface Options {
  readonly challenge: AcmeChallengeType;
  readonly account: Partial<AcmeConfig>;
  readonly signal: AbortSignal;
}

/** A router with a plain and a TLS listener, and an authority that validates there; null = pebble is not installed. */
async function start(
  t: TestContext,
  options: Omit<PebbleOptions, "httpPort" | "tlsPort"> = {},
): Promise<Setting | null> {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const tls = aListenerTls([aCertificate(await makeCertificate({ name: "ordinary.test" }))]);
  const router = await startRouterWith(aConfig([], { listeners: [aListener(), aListener({ entry: 1, tls })] }));
  t.after(() => router.close(0));
  const [httpPort = 0, tlsPort = 0] = router.listeners.map(({ port }) => port);
  const pebble = await startPebble(t, { httpPort, tlsPort, ...options });
  if (pebble === null) {
    t.skip("pebble is not installed (apt-get install pebble)");
    return null;
  }
  const logged: string[] = [];
  const log: Log = (event) => void logged.push(event);
  const get = certificateGetter({ clock: systemClock, log, challenges: router.challenges });
  const account: AcmeConfig = {
    email: "admin@example.test",
    directory: pebble.directory,
    ca: pebble.ca,
    eab: null,
    challenges: ["http-01"],
    folder: join(folder.path, "acme"),
    certificates: [],
  };
  return {
    pebble,
    account,
    logged,
    wanted: (...names) => {
      const file = `${names[0]}.pem`;
      return { names, key: "ecdsa", file, path: join(account.folder, file) };
    },
    async get(wanted, { challenge = "http-01", account: rest = {}, signal = new AbortController().signal } = {}) {
      const { pem } = await get(wanted, { ...account, ...rest }, { challenge, signal });
      return new X509Certificate(pem.certificate);
    },
  };
}

describe("an authority (pebble)", { timeout }, () => {
  for (const challenge of ["http-01", "tls-alpn-01"] as const) {
    it(`issues by ${challenge}, for several names`, async (t) => {
      const setting = await start(t);
      if (setting === null) return;
      const wanted = setting.wanted("mail.example.test", "autodiscover.example.test", "ews.example.test");
      const certificate = await setting.get(wanted, { challenge });
      const names = [...wanted.names].toSorted().map((name) => `DNS:${name}`);
      assert.deepEqual(certificate.subjectAltName?.split(", ").toSorted(), names);
      assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
      const kept = await readFile(wanted.path, "utf8");
      assert.equal(kept.match(/BEGIN PRIVATE KEY/g)?.length, 1);
      assert.equal(kept.match(/BEGIN CERTIFICATE/g)?.length, 2);
    });
  }

  it("is asked again where it refuses a nonce", async (t) => {
    const setting = await start(t, { nonceReject: 15 });
    if (setting === null) return;
    const posts = (): number =>
      [...setting.pebble.output().matchAll(/POST \/(?:order-plz|finalize-order|certZ)\b/g)].length;
    let issued = 0;
    do {
      await setting.get(setting.wanted("mail.example.test"));
      issued += 1;
    } while (posts() === 3 * issued);
    assert.ok(posts() > 3 * issued);
  });

  it("issues for an RSA key", async (t) => {
    const setting = await start(t);
    if (setting === null) return;
    const { publicKey } = await setting.get({ ...setting.wanted("mail.example.test"), key: "rsa" });
    assert.deepEqual([publicKey.asymmetricKeyType, publicKey.asymmetricKeyDetails?.modulusLength], ["rsa", 2048]);
  });

  it("registers one account, kept readable for its owner alone, and takes every certificate with it", async (t) => {
    const setting = await start(t);
    if (setting === null) return;
    const first = await setting.get(setting.wanted("mail.example.test"));
    const second = await setting.get(setting.wanted("mail.example.test"));
    assert.notEqual(first.serialNumber, second.serialNumber);
    assert.notDeepEqual(first.publicKey.export({ format: "jwk" }), second.publicKey.export({ format: "jwk" }));
    assert.deepEqual(setting.logged, ["acme.account"]);
    const { folder } = setting.account;
    if (process.platform === "win32") return;
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    for (const file of ["account.json", "mail.example.test.pem"])
      assert.equal((await stat(join(folder, file))).mode & 0o777, 0o600);
  });

  it("changes the account's address, and registers it again with its key when the authority has forgotten it", async (t) => {
    const setting = await start(t);
    if (setting === null) return;
    const wanted = setting.wanted("mail.example.test");
    await setting.get(wanted);
    const file = join(setting.account.folder, "account.json");
    const read = async (): Promise<Record<string, string>> => JSON.parse(await readFile(file, "utf8"));
    const before = await read();
    await setting.get(wanted, { account: { email: "other@example.test" } });
    assert.deepEqual(await read(), { ...before, email: "other@example.test" });
    assert.deepEqual(setting.logged, ["acme.account"]);
    await writeFile(file, JSON.stringify({ ...before, url: `${before["url"]}0` }));
    await setting.get(wanted);
    assert.deepEqual(await read(), before);
    assert.deepEqual(setting.logged, ["acme.account", "acme.account"]);
  });

  it("asks for an external account binding", async (t) => {
    const hmacKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    const setting = await start(t, { eab: { "kid-1": hmacKey } });
    if (setting === null) return;
    const wanted = setting.wanted("mail.example.test");
    await assert.rejects(setting.get(wanted), { name: "AcmeProblem", type: "externalAccountRequired" });
    await assert.rejects(setting.get(wanted, { account: { eab: { keyId: "kid-1", hmacKey: "AAAAAAAAAAAA" } } }), {
      name: "AcmeProblem",
    });
    assert.deepEqual(setting.logged, []);
    await setting.get(wanted, { account: { eab: { keyId: "kid-1", hmacKey } } });
    // Once it is registered it needs no binding.
    await setting.get(wanted);
  });

  it("refuses where a challenge is not answered, and says why", async (t) => {
    const setting = await start(t);
    if (setting === null) return;
    const wanted = setting.wanted("mail.example.test");
    const getter = certificateGetter({
      clock: systemClock,
      log: () => undefined,
      challenges: { set: async () => undefined },
    });
    for (const challenge of ["http-01", "tls-alpn-01"] as const) {
      const how = { challenge, signal: new AbortController().signal };
      await assert.rejects(getter(wanted, setting.account, how), {
        name: "AcmeProblem",
        type: challenge === "http-01" ? "unauthorized" : /^(?:unauthorized|connection|tls)$/,
        message: /^mail\.example\.test: .+ \(\w+\)$/,
      });
    }
    await assert.rejects(stat(wanted.path), { code: "ENOENT" });
  });

  it("that can't be reached or trusted is told so, without a long wait", async (t) => {
    const setting = await start(t);
    if (setting === null) return;
    const wanted = setting.wanted("mail.example.test");
    await assert.rejects(setting.get(wanted, { account: { ca: null } }), {
      message: /can't be reached: .*certificate.*: give its CA certificate as `ca` of `acme`/,
    });
    await setting.pebble.stop();
    await assert.rejects(setting.get(wanted), { message: /^the authority can't be reached: .*ECONNREFUSED/ });
  });

  it("is left alone in the middle when that is wanted", async (t) => {
    const setting = await start(t);
    if (setting === null) return;
    const signal = AbortSignal.abort(new Error("stopped"));
    await assert.rejects(setting.get(setting.wanted("mail.example.test"), { signal }), { message: "stopped" });
  });

  it("gets nothing from an account whose file is damaged, and the file stays", async (t) => {
    const setting = await start(t);
    if (setting === null) return;
    const wanted = setting.wanted("mail.example.test");
    await setting.get(wanted);
    const file = join(setting.account.folder, "account.json");
    const half = (await readFile(file, "utf8")).slice(0, 200);
    await writeFile(file, half);
    await assert.rejects(setting.get(wanted), {
      message: /account\.json is damaged: put it back from a backup, or move/,
    });
    assert.equal(await readFile(file, "utf8"), half);
    await rm(file);
    await setting.get(wanted);
  });
});
