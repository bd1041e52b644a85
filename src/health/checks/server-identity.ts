import type { MemberConfig } from "../../config/farm-config.ts";

/** Why an answer is another server's; null = it may be the member's own. `content`: the body as far as it was read. */
export function identityFault(
  { host, identity }: Pick<MemberConfig, "host" | "identity">,
  content: string,
): string | null {
  const text = content.toLowerCase();
  const { own, others } = identity;
  if (own !== null && occurs(text, own)) return null;
  if (own === null && occurs(text, host.toLowerCase())) return null;
  const other = others.find((name) => occurs(text, name, /[a-z0-9.-]/));
  if (other !== undefined) return `but ${other} has answered`;
  return own === null ? null : `but the body does not name ${own}`;
}

/** Can that already be said for certain? */
export function isIdentified({ identity }: Pick<MemberConfig, "identity">, content: string): boolean {
  return identity.own === null ? identity.others.length === 0 : occurs(content.toLowerCase(), identity.own);
}

/**
 * As a whole name: "ex1.local" does not occur in "ex11.local", nor in "next1.local". `before`: what makes it the end of a
 * longer one; a server's own name may be that of its domain.
 */
function occurs(text: string, name: string, before = namePart): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!before.test(text[at - 1] ?? "") && !namePart.test(text[at + name.length] ?? "")) return true;
  }
  return false;
}

const namePart = /[a-z0-9-]/;
