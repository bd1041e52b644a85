import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { connect } from "node:tls";
import { stringify } from "yaml";
import { createLabCertificates, type LabCertificates } from "../../src/lab/certificates.ts";
import { runProgram } from "../../src/lab/testing/run-program.ts";
import { systemClock } from "../../src/util/clock.ts";
import { startSite, type ExpandedDocument, type Site } from "../support/lab-site.ts";
import { fairlead } from "../support/program.ts";
import { runRouter } from "../support/running-router.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const timeout = 60_000;

const issue = async (...published: string[]): Promise<LabCertificates> =>
  createLabCertificates({ servers: [], published }, systemClock);

/** Writes NAME.pem and NAME.pfx with the password "secret"; false = openssl is not installed. */
async function writePfx(folder: string, name: string, { listener }: LabCertificates): Promise<boolean> {
  const pem = join(folder, `${name}.pem`);
  await writeFile(pem, `${listener.certificate}\n${listener.key}\n`);
  const args = ["pkcs12", "-export", "-in", pem, "-out", join(folder, `${name}.pfx`), "-passout", "pass:secret"];
  return (await runProgram("openssl", args)) !== null;
}

/** The first name of the certificate that a client is shown who asks for `name`; null = it names none. */
async function shown(port: number, name: string | null): Promise<string> {
  const socket = connect({
    host: "127.0.0.1",
    port,
    rejectUnauthorized: false,
    ...(name === null ? {} : { servername: name }),
  });
  await once(socket, "secureConnect");
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

test(
  "listeners choose among PEM and PFX by the name that is asked for, exact before wildcard",
  { timeout },
  async (t) => {
    const { path: folder, remove } = await temporaryFolder();
    t.after(remove);
    await writePfx(folder, "first", await issue("first.example"));
    if (!(await writePfx(folder, "wild", await issue("*.mail.example")))) {
      t.skip("openssl is not installed");
      return;
    }
    await writePfx(folder, "exact", await issue("owa.mail.example"));
    await writeFile(join(folder, "password"), "secret\n");
    const pfx = (name: string) => ({ pfx: join(folder, `${name}.pfx`), passwordFile: join(folder, "password") });
    const { port } = await runRouter(t, {
      listen: [{ address: "127.0.0.1", port: 0, certificates: [join(folder, "first.pem"), pfx("wild"), pfx("exact")] }],
      servers: { a: "http://127.0.0.1:1" },
      farms: { a: { servers: ["a"] } },
      routes: [{ farm: "a" }],
    });
    assert.equal(await shown(port, "ews.mail.example"), "*.mail.example");
    assert.equal(await shown(port, "OWA.mail.example"), "owa.mail.example");
    assert.equal(await shown(port, "other.example"), "first.example");
    assert.equal(await shown(port, null), "first.example");
  },
);

test("a PFX with another password is refused by `check`", { timeout }, async (t) => {
  const { path: folder, remove } = await temporaryFolder();
  t.after(remove);
  if (!(await writePfx(folder, "mail", await issue("mail.example")))) {
    t.skip("openssl is not installed");
    return;
  }
  const document = {
    listen: [{ port: 0, certificates: [{ pfx: "mail.pfx", password: "hunter2" }] }],
    servers: { a: "http://127.0.0.1:1" },
    farms: { a: { servers: ["a"] } },
    routes: [{ farm: "a" }],
  };
  await writeFile(join(folder, "fairlead.yaml"), stringify(document));
  const { code, errors } = await fairlead(["check"], { folder });
  assert.equal(code, 1);
  assert.match(errors, /fairlead\.yaml:\d+:\d+: listen.*password/);
  assert.doesNotMatch(errors, /hunter2/, "passwords are not printed");
});

async function startWith(t: TestContext, tls: (site: { readonly fingerprint: string }) => unknown): Promise<Site> {
  const certificates = await createLabCertificates(
    { servers: [{ name: "cas1", fqdn: "cas1.tailspintoys.local" }] },
    systemClock,
  );
  const { raw } = new X509Certificate(certificates.servers["cas1"]!.certificate);
  const fingerprint = createHash("sha256").update(raw).digest("hex");
  return startSite(t, {
    lab: { certificates, servers: [{ name: "cas1", authentication: "none" }] },
    change: ({ farms }: ExpandedDocument) => (farms["owa"]!["tls"] = tls({ fingerprint })),
  });
}

async function getOwa(site: Site): Promise<number> {
  const client = await site.openTls("owa.exchange.localhost");
  const { status } = await client.request("GET /owa/ HTTP/1.1\r\nHost: owa.exchange.localhost\r\n\r\n");
  client.close();
  return status;
}

test("a member is verified: by its CA and name, or by its fingerprint alone", { timeout }, async (t) => {
  const accepted: ((site: { fingerprint: string }) => unknown)[] = [
    () => ({ ca: "ca.pem", serverName: "cas1.tailspintoys.local" }),
    ({ fingerprint }) => ({ fingerprint }),
    () => ({ verify: false }),
  ];
  for (const tls of accepted) {
    const site = await startWith(t, tls);
    await site.untilHealthy("owa", "cas1");
    assert.equal(await getOwa(site), 200);
  }
});

test("a member with another certificate gets no request, and the reason says why", { timeout }, async (t) => {
  const refused: [unknown, RegExp][] = [
    [{ serverName: "cas1.tailspintoys.local" }, /certificate/],
    [{ ca: "ca.pem", serverName: "mail.tailspintoys.com" }, /mail\.tailspintoys\.com/],
    [{ fingerprint: "0".repeat(64) }, /fingerprint/],
  ];
  for (const [tls, why] of refused) {
    const site = await startWith(t, () => tls);
    const { reason } = await site.untilHealthy("owa", "cas1", false);
    assert.match(reason ?? "", why);
    const before = site.lab.pool("cas1", "owa").requests;
    assert.equal(await getOwa(site), 503);
    assert.equal(site.lab.pool("cas1", "owa").requests, before);
  }
});
