import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { certificate, otherKey, privateKey } from "./certificates.fixture.ts";
import type { AcmeConfig, Config } from "./config.ts";
import { interpret, type Interpretation } from "./interpret.ts";
import { loadConfig } from "./load-config.ts";
import { problemLine } from "./problem.ts";

const now = Date.UTC(2030, 0);
const stored = { ok: true, bytes: Buffer.from(privateKey + certificate) } as const;
const staging = ".fairlead/acme/acme-staging-v02.api.letsencrypt.org-67f27506";
const files = new Map([
  [".fairlead/acme/acme-v02.api.letsencrypt.org-5e76d315/mail.example.com-ecdsa.pem", stored],
  [
    "hmac",
    { ok: true, bytes: Buffer.from("zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W\n") } as const,
  ],
  ["bad-hmac", { ok: true, bytes: Buffer.from("hunter2!") } as const],
]);

/** `acme` and `listen` as they are written. */
function read(acme: string, listen: string): Interpretation {
  const text = `acme: ${acme}
listen: ${listen}
servers: { a: a.local }
farms: { app: { servers: [a] } }
routes: [{ farm: app }]
`.replace(/^acme: \n/, "");
  const draft = interpret(text, "/etc/fairlead/f.yaml", {});
  const known = [...draft.files].map((name) => [name, files.get(name) ?? stored] as const);
  return draft.resolve({ files: new Map(known), env: { HMAC: "zWNDZM6eQGHWpSRT" }, now });
}

function acmeOf(acme: string, listen: string): AcmeConfig {
  const result = read(acme, listen);
  assert.ok(result.ok, JSON.stringify(result, null, 1));
  assert.ok(result.config.acme);
  return result.config.acme;
}

const agreed = "{ agreeToTerms: true }";
const one = "[{ port: 443, certificates: [{ acme: [mail.example.org] }] }]";

const eab = (rest: string) => acmeOf(`{ agreeToTerms: true, eab: { keyId: kid, ${rest} } }`, one).eab;

const tls = (port: number) => `{ port: ${port}, certificates: [{ acme: [mail.example.org] }] }`;

const names = (list: string, more = "") => `[{ port: 443, certificates: [{ acme: ${list}${more} }] }]`;

const warnings = (acme: string, listen: string) => read(acme, listen).warnings.map(({ message }) => message);

describe("acme", () => {
  it("needs no more than an agreement and names", () => {
    const folder = ".fairlead/acme/acme-v02.api.letsencrypt.org-5e76d315";
    const listen = "[{ port: 443, certificates: [{ acme: [Mail.example.com, autodiscover.example.com] }] }]";
    assert.deepEqual(acmeOf(agreed, listen), {
      email: null,
      directory: "https://acme-v02.api.letsencrypt.org/directory",
      ca: null,
      eab: null,
      challenges: ["tls-alpn-01"],
      folder: `/etc/fairlead/${folder}`,
      certificates: [
        {
          names: ["mail.example.com", "autodiscover.example.com"],
          key: "ecdsa",
          file: `${folder}/mail.example.com-ecdsa.pem`,
          path: `/etc/fairlead/${folder}/mail.example.com-ecdsa.pem`,
        },
      ],
    });
  });

  it("keeps apart what belongs to different directories", () => {
    const { folder } = acmeOf("{ agreeToTerms: true, directory: letsencrypt-staging }", one);
    assert.equal(folder, `/etc/fairlead/${staging}`);
    const own = acmeOf("{ agreeToTerms: true, directory: 'https://ca.local:9000/acme/dir', folder: /var/acme }", one);
    assert.match(own.folder, /^\/var\/acme\/ca\.local-[0-9a-f]{8}$/);
    assert.equal(own.directory, "https://ca.local:9000/acme/dir");
  });

  it("reads the key of an external account binding from a file or the environment", () => {
    assert.deepEqual(eab("hmacKeyEnv: HMAC"), { keyId: "kid", hmacKey: "zWNDZM6eQGHWpSRT" });
    assert.match(eab("hmacKeyFile: hmac")?.hmacKey ?? "", /^zWND.*12W$/);
  });

  it("orders one certificate where two listeners want the same", () => {
    const twice =
      "[{ port: 443, certificates: [{ acme: [a.example.org, b.example.org] }] }, { port: 8443, certificates: [{ acme: [a.example.org, b.example.org], key: rsa }, { acme: [a.example.org, b.example.org] }] }]";
    assert.deepEqual(
      acmeOf(agreed, twice).certificates.map(({ names: [first], key }) => `${first} ${key}`),
      ["a.example.org ecdsa", "a.example.org rsa"],
    );
  });

  const challenges: readonly (readonly [string, string, readonly string[]])[] = [
    ["auto", `[${tls(443)}]`, ["tls-alpn-01"]],
    ["auto", `[${tls(443)}, { port: 80 }]`, ["http-01", "tls-alpn-01"]],
    ["auto", `[${tls(443)}, { port: 8080 }]`, ["tls-alpn-01", "http-01"]],
    ["auto", `[${tls(8443)}, { port: 8080, redirect: https }]`, ["http-01", "tls-alpn-01"]],
    ["http-01", `[${tls(443)}, { port: 80 }]`, ["http-01"]],
    ["tls-alpn-01", `[${tls(443)}, { port: 80 }]`, ["tls-alpn-01"]],
  ];
  for (const [challenge, listen, tried] of challenges) {
    it(`with ${challenge} tries ${tried.join(", then ")} for ${listen}`, () =>
      assert.deepEqual(acmeOf(`{ agreeToTerms: true, challenge: ${challenge} }`, listen).challenges, tried));
  }

  const at = "listen.0.certificates.0.acme";
  const wrong: readonly (readonly [string, string, string, readonly string[]])[] = [
    [
      "no account",
      "",
      one,
      [
        "1:38: listen.0.certificates.0: there is no account to get this certificate with: write acme: { email: admin@example.com, agreeToTerms: true } at the top of the file",
      ],
    ],
    [
      "no agreement",
      "{ email: a@example.com }",
      one,
      ["1:1: acme.agreeToTerms: missing: write true, once you have read the authority's terms"],
    ],
    [
      "no agreement, said",
      "{ agreeToTerms: false }",
      one,
      ["1:23: acme.agreeToTerms: false is not an agreement: write true, once you have read the authority's terms"],
    ],
    [
      "an unknown directory",
      "{ agreeToTerms: true, directory: letsencript }",
      one,
      [
        '1:40: acme.directory: "letsencript" is no directory: write letsencrypt, letsencrypt-staging, or the https URL of one',
      ],
    ],
    [
      "a directory without TLS",
      "{ agreeToTerms: true, directory: 'http://ca.local/dir' }",
      one,
      [
        '1:40: acme.directory: "http://ca.local/dir" is no directory: write letsencrypt, letsencrypt-staging, or the https URL of one',
      ],
    ],
    [
      "an unknown challenge",
      "{ agreeToTerms: true, challenge: http-1 }",
      one,
      ['1:40: acme.challenge: "http-1" is not one of auto, http-01, tls-alpn-01; did you mean "http-01"?'],
    ],
    [
      "a mail address that is none",
      "{ agreeToTerms: true, email: admin }",
      one,
      ['1:36: acme.email: "admin" is not a mail address: write an address such as admin@example.com'],
    ],
    [
      "a binding without its key",
      "{ agreeToTerms: true, eab: { keyId: k } }",
      one,
      ["1:34: acme.eab: the key is missing: write one of hmacKeyFile and hmacKeyEnv"],
    ],
    [
      "a binding with two keys",
      "{ agreeToTerms: true, eab: { keyId: k, hmacKeyFile: hmac, hmacKeyEnv: HMAC } }",
      one,
      ["1:34: acme.eab: hmacKeyFile and hmacKeyEnv stand together: write one of hmacKeyFile and hmacKeyEnv"],
    ],
    [
      "a binding whose variable is not set",
      "{ agreeToTerms: true, eab: { keyId: k, hmacKeyEnv: NONE } }",
      one,
      ['1:58: acme.eab.hmacKeyEnv: the environment variable "NONE" is not set: set it where the router is started'],
    ],
    [
      "a binding whose key is none, which is not shown",
      "{ agreeToTerms: true, eab: { keyId: k, hmacKeyFile: bad-hmac } }",
      one,
      ["1:59: acme.eab.hmacKeyFile: what it holds is not a key in base64url: copy it as the authority gave it"],
    ],
    [
      "a wildcard",
      agreed,
      names("[mail.example.org, '*.example.org']"),
      [
        `2:65: ${at}.1: "*.example.org" is a wildcard, which can't be proved by http-01 or tls-alpn-01: write each host, or use a certificate file`,
      ],
    ],
    [
      "an address",
      agreed,
      names("[mail.example.org, 10.0.0.1]"),
      [`2:65: ${at}.1: "10.0.0.1" is an IP address: ACME certificates are for host names`],
    ],
    [
      "what is no name",
      agreed,
      names("[mail.example.org, 'a b', a_b.example.org]"),
      [
        `2:65: ${at}.1: "a b" is not a host name: write one such as mail.example.com`,
        `2:72: ${at}.2: "a_b.example.org" is not a host name: write one such as mail.example.com`,
      ],
    ],
    [
      "internal names at a public authority",
      agreed,
      names("[mail.example.org, cas1, cas1.corp.local]"),
      ["cas1", "cas1.corp.local"].map(
        (name, index) =>
          `2:${65 + index * 6}: ${at}.${index + 1}: "${name}" is no public name, Let's Encrypt issues for those alone: leave it out, or use the directory of your own CA`,
      ),
    ],
    [
      "no names",
      agreed,
      names("[]"),
      [`2:46: ${at}: there is no name in it: write at least one, such as [mail.example.com]`],
    ],
    [
      "an unknown kind of key",
      agreed,
      names("[mail.example.org]", ", key: ed25519"),
      [`2:71: listen.0.certificates.0.key: "ed25519" is not one of ecdsa, rsa`],
    ],
    [
      "two certificates that begin alike",
      agreed,
      "[{ port: 443, certificates: [{ acme: [a.example.org] }, { acme: [a.example.org, b.example.org] }] }]",
      [
        "2:65: listen.0.certificates.1: another certificate, at line 2, begins with a.example.org too: write the same names in both, or begin with another name",
      ],
    ],
  ];
  for (const [what, acme, listen, messages] of wrong) {
    it(`refuses ${what}`, () => {
      const result = read(acme, listen);
      assert.ok(!result.ok);
      assert.deepEqual(
        result.problems.map((problem) => problemLine(problem).replace("/etc/fairlead/f.yaml:", "")),
        messages,
      );
    });
  }

  it("lets an own CA issue for internal names", () =>
    assert.deepEqual(
      acmeOf("{ agreeToTerms: true, directory: 'https://ca.corp.local/dir' }", names("[cas1, cas1.corp.local]"))
        .certificates[0]?.names,
      ["cas1", "cas1.corp.local"],
    ));

  it("warns where http-01 can't be answered, and where nothing asks for a certificate", () => {
    assert.match(warnings("{ agreeToTerms: true, challenge: http-01 }", one).join(), /no listener speaks plain HTTP/);
    assert.match(warnings(agreed, "[{ port: 80 }]").join(), /no listener has such a certificate/);
  });
});

const served = (config: Config) => config.listeners[0]?.tls?.certificates[0];

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

describe("the certificate of a listener that ACME keeps", () => {
  const document = `acme: { agreeToTerms: true, folder: keep }
listen: [{ port: 443, certificates: [{ acme: [mail.example.org, autodiscover.example.org] }] }]
servers: { a: a.local }
farms: { app: { servers: [a] } }
routes: [{ farm: app }]
`;

  async function load(prepare: (file: string) => Promise<void>) {
    const folder = await temporaryFolder();
    try {
      const file = join(folder.path, "fairlead.yaml");
      await writeFile(file, document);
      const first = await loadConfig(file, { presets: {}, env: {}, now });
      assert.ok(first.ok, JSON.stringify(first));
      await prepare(first.config.acme?.certificates[0]?.path ?? "");
      return await loadConfig(file, { presets: {}, env: {}, now });
    } finally {
      await folder.remove();
    }
  }

  it("is self-signed before there is one, and a warning says so", async () => {
    const result = await load(async () => undefined);
    assert.ok(result.ok);
    assert.deepEqual(served(result.config)?.names, ["mail.example.org", "autodiscover.example.org"]);
    assert.deepEqual(
      result.warnings.map(({ line, message }) => `${line}: ${message}`),
      [
        "2: no certificate for mail.example.org, autodiscover.example.org has been issued yet: clients see a self-signed one until then",
      ],
    );
    const again = await load(async () => undefined);
    assert.ok(again.ok);
    assert.deepEqual(served(again.config), served(result.config), "a reload is no change");
    const [path = ""] = [...result.files.keys()].filter((name) => name.endsWith("mail.example.org-ecdsa.pem"));
    assert.equal(result.files.get(path), null, "the watch hears when it comes");
  });

  it("is the one that is kept, also where it has other names", async () => {
    const result = await load(async (path) => write(path, privateKey + certificate));
    assert.ok(result.ok);
    assert.deepEqual(served(result.config)?.names, ["mail.example.com", "*.example.com"]);
    assert.deepEqual(result.warnings.length, 0);
  });

  for (const [what, text] of [
    ["half a file", (privateKey + certificate).slice(0, 400)],
    ["an empty file", ""],
    ["another's key", otherKey + certificate],
  ] as const) {
    it(`is refused where it is ${what}, with what to do, and left as it is`, async () => {
      let kept = "";
      const result = await load(async (path) => {
        kept = path;
        await write(path, text);
        assert.equal(await readFile(path, "utf8"), text);
      });
      assert.ok(!result.ok);
      const [problem] = result.problems;
      assert.match(
        problem?.message ?? "",
        /mail\.example\.org-ecdsa\.pem".*: put the file back from a backup, or delete/,
      );
      assert.ok(kept.endsWith("-ecdsa.pem"));
    });
  }
});
