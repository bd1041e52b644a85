import type { Client } from "acme-client";
import type { AcmeConfig } from "../config/config.ts";
import type { Log } from "../observe/log.ts";
import { readAccount, writeAccount } from "./account-file.ts";
import { AcmeProblem } from "./acme-problem.ts";
import type { AcmeClientModule } from "./load-acme-client.ts";

type Account = Pick<AcmeConfig, "directory" | "email" | "eab" | "folder">;

/** A client that signs with the account's key; the account is registered, or its address changed, where needed. */
export async function openAccount(acme: AcmeClientModule, config: Account, log: Log): Promise<Client> {
  const stored = await readAccount(config.folder, config.directory);
  const key = stored?.key ?? String(await acme.crypto.createPrivateEcdsaKey());
  if (stored === null) return register(acme, config, key, log);
  const client = new acme.Client({ directoryUrl: config.directory, accountKey: key, accountUrl: stored.url });
  if (stored.email === config.email) return client;
  try {
    await client.updateAccount({ contact: contactOf(config) });
  } catch (error) {
    if (!isGone(error)) throw error;
    return register(acme, config, key, log);
  }
  await writeAccount(config.folder, { ...stored, email: config.email });
  return client;
}

/** With the same key, after the authority has forgotten the account. */
export async function registerAgain(acme: AcmeClientModule, config: Account, log: Log): Promise<Client> {
  const stored = await readAccount(config.folder, config.directory);
  return register(acme, config, stored?.key ?? String(await acme.crypto.createPrivateEcdsaKey()), log);
}

export function isGone(error: unknown): boolean {
  return error instanceof AcmeProblem && error.type === "accountDoesNotExist";
}

async function register(acme: AcmeClientModule, config: Account, key: string, log: Log): Promise<Client> {
  const { directory, email, eab, folder } = config;
  const binding = eab === null ? {} : { externalAccountBinding: { kid: eab.keyId, hmacKey: eab.hmacKey } };
  const client = new acme.Client({ directoryUrl: directory, accountKey: key, ...binding });
  await client.createAccount({ termsOfServiceAgreed: true, contact: contactOf(config) });
  const url = client.getAccountUrl();
  await writeAccount(folder, { directory, url, email, key });
  log("acme.account", { directory, url });
  return client;
}

function contactOf({ email }: Account): string[] {
  return email === null ? [] : [`mailto:${email}`];
}
