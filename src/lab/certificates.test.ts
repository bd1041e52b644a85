import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { before, describe, it } from "node:test";
import { systemClock } from "../util/clock.ts";
import { createLabCertificates, writeLabCertificates, type LabCertificates } from "./certificates.ts";

describe("the lab's certificates", () => {
  let certificates: LabCertificates;
  before(async () => {
    certificates = await createLabCertificates(
      { servers: [{ name: "cas1", fqdn: "cas1.example.local" }] },
      systemClock,
    );
  });

  it("are issued by the lab's authority for the names they are asked for", () => {
    const ca = new X509Certificate(certificates.ca);
    const server = new X509Certificate(certificates.servers["cas1"]!.certificate);
    const listener = new X509Certificate(certificates.listener.certificate);
    assert.ok(ca.ca && ca.verify(ca.publicKey));
    assert.ok(server.checkIssued(ca) && server.verify(ca.publicKey));
    assert.ok(server.checkHost("cas1.example.local") && server.checkIP("127.0.0.1"));
    assert.ok(listener.checkHost("mail.exchange.localhost") && listener.checkHost("exchange.localhost"));
    assert.equal(listener.checkHost("cas1.example.local"), undefined);
  });

  it("are written with keys that only the owner can read", async () => {
    const directory = await mkdtemp(path.join(tmpdir(), "fairlead-lab-"));
    try {
      await writeLabCertificates(directory, certificates);
      assert.equal(await readFile(path.join(directory, "ca.pem"), "utf8"), certificates.ca);
      assert.match(await readFile(path.join(directory, "cas1-key.pem"), "utf8"), /BEGIN PRIVATE KEY/);
      if (path.sep === "/") assert.equal((await stat(path.join(directory, "listener-key.pem"))).mode & 0o077, 0);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
