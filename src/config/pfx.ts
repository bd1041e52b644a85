import { createPrivateKey, X509Certificate } from "node:crypto";
import forge from "node-forge";

type SafeBag = ReturnType<typeof forge.pkcs12.pkcs12FromAsn1>["safeContents"][number]["safeBags"][number];

export type Pfx =
  /** Certificates in the file's order, which means nothing; the key as PEM. */
  | { readonly ok: true; readonly certificates: readonly X509Certificate[]; readonly key: string }
  | { readonly ok: false; readonly fault: "password" | "no-key" | "damaged" };

/**
 * Opens a PFX (PKCS #12, RFC 7292), whatever Windows encrypted it with. Node itself opens them only into a TLS context,
 * gives neither chain nor key back, can't read RC2, and would trust the file's CAs to sign certificates of clients.
 */
export function openPfx(bytes: Buffer, passphrase: string): Pfx {
  try {
    const bags = readBags(bytes, passphrase);
    const key = bags.find(({ type }) => type === keyBag || type === shroudedKeyBag);
    const certificates = bags
      .filter(({ type }) => type === certBag)
      .map((bag) => new X509Certificate(certificateIn(bag)));
    if (key === undefined || certificates.length === 0) return { ok: false, fault: "no-key" };
    const privateKey = createPrivateKey({ key: keyIn(key), format: "der", type: "pkcs8" });
    return { ok: true, certificates, key: String(privateKey.export({ format: "pem", type: "pkcs8" })) };
  } catch (error) {
    return { ok: false, fault: error instanceof Error && /password/i.test(error.message) ? "password" : "damaged" };
  }
}

const { certBag, keyBag, pkcs8ShroudedKeyBag: shroudedKeyBag } = forge.pki.oids;

function readBags(bytes: Buffer, passphrase: string): readonly SafeBag[] {
  const pfx = forge.asn1.fromDer(bytes.toString("latin1"));
  try {
    return bagsOf(pfx, passphrase);
  } catch (error) {
    const ascii = Buffer.byteLength(passphrase) === passphrase.length;
    if (ascii || !Array.isArray(pfx.value) || !(error instanceof Error) || /MAC/.test(error.message)) throw error;
    // The MAC fitted, so the password is right; newer encryptions (PBES2) take it as UTF-8.
    pfx.value = pfx.value.slice(0, 2);
    return bagsOf(pfx, Buffer.from(passphrase).toString("latin1"));
  }
}

function bagsOf(pfx: Parameters<typeof forge.pkcs12.pkcs12FromAsn1>[0], passphrase: string): readonly SafeBag[] {
  return forge.pkcs12.pkcs12FromAsn1(pfx, false, passphrase).safeContents.flatMap(({ safeBags }) => safeBags);
}

function certificateIn({ cert, asn1 }: SafeBag): Buffer {
  return der(cert ? forge.pki.certificateToAsn1(cert) : asn1);
}

function keyIn({ key, asn1 }: SafeBag): Buffer {
  return der(key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(key)) : asn1);
}

function der(value: Parameters<typeof forge.asn1.toDer>[0] | undefined): Buffer {
  if (value === undefined) throw new Error("an empty bag");
  return Buffer.from(forge.asn1.toDer(value).getBytes(), "latin1");
}
