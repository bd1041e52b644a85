import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { makeCertificate, type Make, type MadeCertificate } from "../../../test/support/make-certificates.ts";
import { opensslResponder } from "../../../test/support/ocsp-responder.ts";
import { temporaryFolder, type TemporaryFolder } from "../../../test/support/temporary-folder.ts";
import { runProgram } from "../../lab/testing/run-program.ts";
import { systemClock } from "../../util/clock.ts";
import { Der } from "./ocsp-asn1.ts";
import { ocspRequest } from "./ocsp-request.ts";
import { readOcspResponse, type OcspAnswer } from "./ocsp-response.ts";

const ocspSigning = "1.3.6.1.5.5.7.3.9";
const day = 86_400_000;

const missing = (await runProgram("openssl", ["version"])) === null ? "openssl is not installed" : false;
const x509 = ({ certificate }: MadeCertificate): X509Certificate => new X509Certificate(certificate);
const problemOf = (answer: OcspAnswer): string => (answer.status === "unusable" ? answer.problem : answer.status);

describe("an OCSP response", { skip: missing }, () => {
  let folder: TemporaryFolder;
  let ca: MadeCertificate;
  let leaf: MadeCertificate;
  let other: MadeCertificate;
  before(async () => {
    folder = await temporaryFolder();
    ca = await makeCertificate({ name: "CA", ca: true, key: "rsa" });
    leaf = await makeCertificate({ name: "mail.test", by: ca });
    other = await makeCertificate({ name: "other.test", by: ca });
  });
  after(() => folder.remove());

  interface Asked {
    readonly signer?: MadeCertificate;
    readonly revoked?: boolean;
    readonly known?: MadeCertificate;
    readonly about?: MadeCertificate;
    readonly args?: readonly string[];
  }

  async function respond({
    signer = ca,
    revoked = false,
    known = leaf,
    about = leaf,
    args = [],
  }: Asked): Promise<Buffer> {
    const parts = { folder: folder.path, ca, signer, known: [{ certificate: known, revoked }], args };
    return (await opensslResponder(parts))("", ocspRequest(x509(about), x509(ca)));
  }

  const read = (bytes: Buffer, now = systemClock.now(), issuer = ca): OcspAnswer =>
    readOcspResponse(bytes, { certificate: x509(leaf), issuer: x509(issuer), now });

  it("of the issuer is good, with its times", async () => {
    const answer = read(await respond({}));
    assert.ok(answer.status === "good", problemOf(answer));
    assert.equal(answer.nextUpdate - answer.thisUpdate, 4 * day);
  });

  it("may say that the certificate was revoked", async () => {
    assert.equal(read(await respond({ revoked: true })).status, "revoked");
  });

  const delegates: readonly (readonly [string, () => Make, boolean])[] = [
    ["whom the issuer has entrusted with it", () => ({ name: "r", by: ca, uses: [ocspSigning] }), true],
    ["with an RSA key", () => ({ name: "r", by: ca, uses: [ocspSigning], key: "rsa" }), true],
    ["whom it has certified for something else", () => ({ name: "r", by: ca, uses: ["1.3.6.1.5.5.7.3.1"] }), false],
    ["whom it has certified for nothing", () => ({ name: "r", by: ca }), false],
    ["whom another has certified", () => ({ name: "r", by: other, uses: [ocspSigning] }), false],
    ["who has certified itself", () => ({ name: "r", uses: [ocspSigning] }), false],
    [
      "whose certificate has expired",
      () => ({ name: "r", by: ca, uses: [ocspSigning], until: Date.UTC(2025, 0) }),
      false,
    ],
  ];
  for (const [name, make, accepted] of delegates) {
    it(`is ${accepted ? "accepted" : "refused"} from a responder ${name}`, async () => {
      const answer = read(await respond({ signer: await makeCertificate(make()) }));
      if (accepted) assert.equal(answer.status, "good", problemOf(answer));
      else assert.match(problemOf(answer), /^the answer is not signed by the certificate's issuer/);
    });
  }

  it("is refused where another CA of the same name is the issuer", async () => {
    const same = await makeCertificate({ name: "CA", ca: true, key: "rsa" });
    assert.match(problemOf(read(await respond({}), systemClock.now(), same)), /^the answer is not signed/);
  });

  it("is refused about another certificate, or one that the responder does not know", async () => {
    assert.match(problemOf(read(await respond({ known: other, about: other }))), /about another certificate/);
    assert.match(problemOf(read(await respond({ known: other }))), /does not know the certificate/);
  });

  it("is refused before and after its time, and without an end", async () => {
    const bytes = await respond({});
    assert.match(problemOf(read(bytes, systemClock.now() - day)), /from the future/);
    assert.match(problemOf(read(bytes, systemClock.now() + 4 * day)), /out of date/);
    assert.match(problemOf(read(await respond({ args: ["-resp_no_certs"] }))), /until when/);
  });

  it("is refused when it is no answer", () => {
    assert.match(problemOf(read(Buffer.from([0x30, 3, 0x0a, 1, 3]))), /try again later/);
    for (const bytes of ["", "junk", "<html>"]) assert.match(problemOf(read(Buffer.from(bytes))), /malformed/);
  });

  it("is refused where a byte of what is signed, or of the signature, was changed; no byte does harm", async () => {
    const bytes = await respond({});
    const [data, , signature] = Der.parse(Der.parse(bytes).at(1).at(0).at(1).content).parts;
    const start = bytes.indexOf(data?.bytes ?? "");
    const end = bytes.indexOf(signature?.content ?? "") + (signature?.content.length ?? 0);
    assert.ok(start > 0 && end > start);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      const { status } = read(changed);
      const isSignature = at >= end - (signature?.content.length ?? 0);
      const isSigned = at >= start && at < start + (data?.bytes.length ?? 0);
      if (isSigned || (isSignature && at < end)) assert.notEqual(status, "good", `byte ${at}`);
    }
  });
});
