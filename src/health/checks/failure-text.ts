/** For people who look for what to repair: what Node's and OpenSSL's error codes mean for a member. */
const texts: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  ENOTFOUND: "the server's name is not known to DNS",
  EAI_AGAIN: "the server's name could not be looked up: DNS does not answer",
  EHOSTUNREACH: "no route to the server",
  ENETUNREACH: "no route to the server",
  ETIMEDOUT: "connection timed out",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate is not trusted: its issuer is unknown",
  UNABLE_TO_GET_ISSUER_CERT: "the certificate is not trusted: its issuer is unknown",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the certificate is not trusted: its issuer is unknown",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is not trusted: it is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate is not trusted: its chain ends in an unknown CA",
  CERT_HAS_EXPIRED: "the certificate has expired",
  CERT_NOT_YET_VALID: "the certificate is not yet valid",
  ERR_SSL_WRONG_VERSION_NUMBER: "no TLS is spoken on this port",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "no TLS is spoken on this port",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "no TLS version in common",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "no TLS version in common",
};

/** Why no answer came, from the error of the connection. */
export function failureText(error: Error): string {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `the certificate is for another name: ${altNames(error)}`;
  if (code === "HPE_HEADER_OVERFLOW") return "the header of the answer is too large";
  if (code.startsWith("HPE_")) return "the answer is not valid HTTP/1.1";
  return texts[code] ?? (error.message === "" ? code : error.message);
}

function altNames(error: Error): string {
  const reason = "reason" in error && typeof error.reason === "string" ? error.reason : error.message;
  return reason.replace(/^Host: (\S+)\. is not (?:in the cert's altnames: |cert's CN: )/, "$1 is not one of ");
}
