/** Schemes that authenticate a request and nothing else, so that its connection can be shared. */
const perRequest: ReadonlySet<string> = new Set([
  "basic",
  "bearer",
  "digest",
  "hoba",
  "mutual",
  "oauth",
  "scram-sha-1",
  "scram-sha-256",
  "vapid",
  "dpop",
  "gnap",
  "token",
  "apikey",
  "aws4-hmac-sha256",
]);

/** NTLM, Negotiate and Nego2, Kerberos (WS-Man), CredSSP (WinRM). */
const connectionBound = ["ntlm", "nego", "kerb", "credssp"] as const;

/**
 * Could a value of Authorization or Proxy-Authorization authenticate the connection and not the request? Fails closed:
 * every scheme that is not known to belong to its request could. A false alarm only costs the sharing of one connection.
 */
export function mayAuthenticateConnection(credentials: string): boolean {
  const end = credentials.search(/[ \t]/);
  return credentials !== "" && !perRequest.has((end === -1 ? credentials : credentials.slice(0, end)).toLowerCase());
}

/**
 * Does a value of WWW-Authenticate or Proxy-Authenticate offer to authenticate the connection? It may list several
 * challenges, so every word that stands where a scheme could stand is looked at.
 */
export function offersConnectionAuth(challenges: string): boolean {
  const lower = challenges.toLowerCase();
  return connectionBound.some((scheme) => hasScheme(lower, scheme));
}

function hasScheme(value: string, scheme: string): boolean {
  for (let at = value.indexOf(scheme); at !== -1; at = value.indexOf(scheme, at + 1)) {
    const before = at === 0 ? "," : value.charAt(at - 1);
    if (before === "," || before === " " || before === "\t") return true;
  }
  return false;
}
