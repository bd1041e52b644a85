import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeCertificate, makeCrl } from "../../test/support/make-certificates.ts";
import { readCrls } from "./crl.ts";

describe("lists of revoked certificates", () => {
  it("are read in DER and in PEM, several in one file", async () => {
    const ca = await makeCertificate({ name: "CA", ca: true });
    const later = await makeCrl(ca, [ca], new Date(Date.UTC(2040, 0)));
    const sooner = await makeCrl(ca, [], new Date(Date.UTC(2030, 0)));
    const [one, other] = [readCrls(later), readCrls(sooner)];
    assert.equal(one?.nextUpdate, Date.UTC(2040, 0));
    const both = readCrls(Buffer.from(`# ours\r\n${one.pem}${other?.pem}`.replaceAll("\n", "\r\n")));
    assert.deepEqual(both, { pem: `${one.pem}${other?.pem}`, nextUpdate: Date.UTC(2030, 0) });
  });

  it("are none where something else is in the file", async () => {
    const { certificate, x509 } = await makeCertificate({ name: "CA", ca: true });
    const cut = await makeCrl(await makeCertificate({ name: "CA", ca: true }), [], new Date());
    const contents = ["", "junk", certificate, Buffer.from(x509.rawData), cut.subarray(0, -10)];
    for (const content of contents) assert.equal(readCrls(Buffer.from(content)), null);
  });
});
