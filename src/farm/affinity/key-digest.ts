import { hash } from "node:crypto";

/** 132 bits, so that no two keys share one. */
const characters = 22;

/** Stands for a key that is long, or a secret: SHA-256, shortened. The same in every process. */
export function digestOf(key: string): string {
  return hash("sha256", key, "base64").slice(0, characters);
}
