import { timingSafeEqual } from "node:crypto";
import { ntHash } from "./ntlm/ntlm-v2.ts";

export interface LabUser {
  readonly name: string;
  readonly password: string;
  /** Where the logon sends a user whose mailbox is on an older version, for example https://legacy.example/owa/. */
  readonly mailboxUrl?: string;
}

export const labDomain = "TAILSPINTOYS";

export const labUsers: readonly LabUser[] = [
  { name: "alice", password: "password" },
  { name: "bob", password: "password2" },
  { name: "carol", password: "password3" },
];

/** The few accounts of the lab's domain. */
export class UserDirectory {
  readonly #users = new Map<string, { readonly user: LabUser; readonly hash: Buffer }>();

  constructor(users: readonly LabUser[]) {
    for (const user of users) this.#users.set(user.name.toLowerCase(), { user, hash: ntHash(user.password) });
  }

  /** Understands `user`, `DOMAIN\user` and `user@domain`. */
  find(account: string): { readonly user: LabUser; readonly hash: Buffer } | null {
    const name = account.slice(account.indexOf("\\") + 1).split("@", 1)[0] ?? "";
    return this.#users.get(name.toLowerCase()) ?? null;
  }

  /** The user whose password this is; null = wrong. */
  authenticate(account: string, password: string): LabUser | null {
    const found = this.find(account);
    return found !== null && timingSafeEqual(ntHash(password), found.hash) ? found.user : null;
  }
}
