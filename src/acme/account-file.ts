import { createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { isMissing } from "./is-missing.ts";
import { writeSafely } from "./write-safely.ts";

const accountSchema = z.strictObject({
  /** The directory's URL. */
  directory: z.url(),
  /** The account's own URL, by which it signs. */
  url: z.url(),
  email: z.string().nullable(),
  /** PEM. */
  key: z.string().refine(isKey),
});

export type StoredAccount = z.output<typeof accountSchema>;

const fileOf = (folder: string): string => join(folder, "account.json");

/** null = there is none yet. Rejects, with what to do, where the file is damaged: the account must not be lost silently. */
export async function readAccount(folder: string, directory: string): Promise<StoredAccount | null> {
  const file = fileOf(folder);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  const account = parse(text);
  const remedy = "put it back from a backup, or move it away to register a new account";
  if (account === null) throw new Error(`${file} is damaged: ${remedy}`);
  if (account.directory !== directory) throw new Error(`${file} is of another directory: ${remedy}`);
  return account;
}

export async function writeAccount(folder: string, account: StoredAccount): Promise<void> {
  await writeSafely(fileOf(folder), `${JSON.stringify(account, null, 2)}\n`);
}

function parse(text: string): StoredAccount | null {
  try {
    return accountSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function isKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).type === "private";
  } catch {
    return false;
  }
}
