/**
 * Does a value of Authorization or WWW-Authenticate name a scheme that authenticates the connection and not the
 * request: NTLM, Negotiate, Nego2? A WWW-Authenticate value may list several challenges, so every word that stands
 * where a scheme could stand is looked at; a false alarm only costs the sharing of one connection.
 */
export function namesConnectionAuth(value: string): boolean {
  const lower = value.toLowerCase();
  return hasScheme(lower, "ntlm") || hasScheme(lower, "nego");
}

function hasScheme(value: string, scheme: string): boolean {
  for (let at = value.indexOf(scheme); at !== -1; at = value.indexOf(scheme, at + 1)) {
    const before = at === 0 ? "," : value.charAt(at - 1);
    if (before === "," || before === " " || before === "\t") return true;
  }
  return false;
}
