import { constants } from "node:crypto";
import type { SecureContextOptions } from "node:tls";
import type { ListenerTlsConfig, TlsPolicy } from "../config/config.ts";

/** Of TLS 1.3 (RFC 8446 B.4), the fastest first. */
const tls13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

/** Of TLS 1.2: forward secrecy and authenticated encryption (RFC 9325 4.2). */
const authenticated = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
];

/** What Windows 7 to 8.1 and their Outlook have with an RSA certificate: forward secrecy, but CBC. */
const chained = [
  "ECDHE-ECDSA-AES128-SHA256",
  "ECDHE-RSA-AES128-SHA256",
  "ECDHE-ECDSA-AES256-SHA384",
  "ECDHE-RSA-AES256-SHA384",
  "ECDHE-ECDSA-AES128-SHA",
  "ECDHE-RSA-AES128-SHA",
  "ECDHE-ECDSA-AES256-SHA",
  "ECDHE-RSA-AES256-SHA",
];

/** By OpenSSL's names, in the order in which they are preferred. */
export const suites: Readonly<Record<TlsPolicy, readonly string[]>> = {
  modern: tls13,
  intermediate: [...tls13, ...authenticated],
  legacy: [...tls13, ...authenticated, ...chained],
};

/** The numbers of the suites of TLS 1.2 and older that go with ECDSA: AES-GCM, ChaCha20; AES-CBC with SHA-2 and SHA-1. */
export const ecdsaSuites: Readonly<Record<TlsPolicy, readonly number[]>> = {
  modern: [],
  intermediate: [0xc02b, 0xc02c, 0xcca9],
  legacy: [0xc02b, 0xc02c, 0xcca9, 0xc023, 0xc024, 0xc009, 0xc00a],
};

/** No SHA-1; RFC 8446 4.2.3. */
const signatures = [
  "ecdsa_secp256r1_sha256",
  "ecdsa_secp384r1_sha384",
  "ecdsa_secp521r1_sha512",
  "ed25519",
  "rsa_pss_rsae_sha256",
  "rsa_pss_rsae_sha384",
  "rsa_pss_rsae_sha512",
  "rsa_pss_pss_sha256",
  "rsa_pkcs1_sha256",
  "rsa_pkcs1_sha384",
  "rsa_pkcs1_sha512",
].join(":");

/** Versions, suites, curves and signatures as Node's TLS takes them. */
export function handshakeOptions({ policy, minVersion }: ListenerTlsConfig): SecureContextOptions {
  const names = suites[policy].join(":");
  return {
    minVersion,
    // OpenSSL 3 does TLS 1.0 and 1.1 at no higher level: their signatures are made with MD5 and SHA-1.
    ciphers: policy === "legacy" ? `${names}:@SECLEVEL=0` : names,
    ...(policy === "legacy" ? {} : { sigalgs: signatures }),
    ecdhCurve: "X25519:P-256:P-384",
    honorCipherOrder: true,
    // Renegotiation costs the server a handshake, and nothing needs it. Clients that put ChaCha20 first have no AES in
    // their hardware.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_PRIORITIZE_CHACHA,
  };
}
