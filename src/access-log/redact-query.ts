/** Parameters whose values let whoever has them in, whatever the application: OAuth, SAML, signed URLs, Exchange's own. */
export const wellKnownSecrets: readonly string[] = [
  "access_token",
  "api_key",
  "apikey",
  "assertion",
  "auth",
  "authorization",
  "canary",
  "client_assertion",
  "client_secret",
  "code",
  "code_verifier",
  "id_token",
  "jwt",
  "key",
  "msexchecpcanary",
  "passcode",
  "passwd",
  "password",
  "passphrase",
  "pwd",
  "refresh_token",
  "samlrequest",
  "samlresponse",
  "secret",
  "session",
  "sessionid",
  "sid",
  "sig",
  "signature",
  "ticket",
  "token",
  "wresult",
  "x-amz-credential",
  "x-amz-security-token",
  "x-amz-signature",
  "x-owa-canary",
];

const mark = "***";

/**
 * Makes of a URL or target one in whose query no parameter of `names` (lower case) has its value. What cannot be read as
 * a name counts as one of them.
 */
export function queryRedactor(names: readonly string[]): (target: string) => string {
  const secret = new Set([...wellKnownSecrets, ...names]);
  return (target) => {
    const start = target.indexOf("?") + 1;
    return start === 0 ? target : target.slice(0, start) + redact(target, start, secret);
  };
}

function redact(target: string, start: number, secret: ReadonlySet<string>): string {
  let result = "";
  let copied = start;
  for (let at = start; at < target.length;) {
    const end = parameterEnd(target, at);
    const equals = target.indexOf("=", at);
    if (equals !== -1 && equals < end && isSecret(target.slice(at, equals), secret)) {
      result += target.slice(copied, equals + 1) + mark;
      copied = end;
    }
    at = end + 1;
  }
  return result + target.slice(copied);
}

function parameterEnd(target: string, from: number): number {
  for (let at = from; at < target.length; at++) {
    const character = target.charCodeAt(at);
    // "&", and ";" which some take for the same.
    if (character === 0x26 || character === 0x3b) return at;
  }
  return target.length;
}

function isSecret(name: string, secret: ReadonlySet<string>): boolean {
  if (!name.includes("%") && !name.includes("+")) return secret.has(name.toLowerCase());
  try {
    return secret.has(decodeURIComponent(name.replaceAll("+", " ")).trim().toLowerCase());
  } catch {
    return true;
  }
}
