import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket, type TlsOptions } from "node:tls";
import { coversHost } from "../config/certificate-names.ts";
import type { ClientCertificateConfig, ListenerConfig } from "../config/config.ts";
import type { Clock } from "../util/clock.ts";

/**
 * The fields in which members are told of clients' certificates, lower case. No client may send them, by whichever
 * listener it comes: members can't tell the listeners apart.
 */
export function certificateFields(listeners: readonly Pick<ListenerConfig, "tls">[]): string[] {
  return [...new Set(listeners.flatMap(({ tls }) => tls?.clientCertificate?.header.toLowerCase() ?? []))];
}

/** Is a client that asks for this name (SNI) to be asked for its certificate? */
export function isAsked(config: ClientCertificateConfig | null, name: string): boolean {
  return config !== null && (config.hosts === null || coversHost(config.hosts, name));
}

/**
 * What makes a TLS server ask. Whoever has no certificate, or one that is not trusted, is told so by the answer to a
 * request: a broken handshake would not say why. Sessions are not resumed where other certificates are trusted.
 */
export function askingOptions(config: ClientCertificateConfig): TlsOptions {
  const { ca, crl } = config;
  return {
    requestCert: true,
    rejectUnauthorized: false,
    ca,
    ...(crl === null ? {} : { crl }),
    sessionIdContext: createHash("sha256")
      .update(JSON.stringify([ca, crl]))
      .digest("hex")
      .slice(0, 32),
  };
}

/** Reads the line in which members are told of a client's certificate; "" = it has none, or is not asked for it. */
export function certificateLineReader(
  config: ClientCertificateConfig | null,
  now: Clock["now"],
): (socket: Socket) => string {
  if (config === null) return () => "";
  return (socket) => {
    const certificate = provenCertificate(socket, now());
    return certificate === "" ? "" : `${config.header}: ${certificate}\r\n`;
  };
}

/** The certificate that the client has proved to have and that is trusted, DER in Base64; "" = none. */
function provenCertificate(socket: Socket, now: number): string {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return "";
  // Of a resumed TLS 1.3 session without a certificate Node says "authorized" all the same.
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return "";
  // Nor is that checked again when a session is resumed.
  const valid = Date.parse(certificate.validFrom) <= now && now < Date.parse(certificate.validTo);
  return valid ? certificate.raw.toString("base64") : "";
}
