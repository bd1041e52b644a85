import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { cookieValue, type Field, type LabRequest } from "./lab-request.ts";

/**
 * The cookies of forms-based logon. Front ends with the same certificate share one instance, since they read each
 * other's cookies; each server before 2013 has its own.
 */
export class LogonSessions {
  readonly #secret = randomBytes(32);

  cookies(user: string): Field[] {
    const content = Buffer.from(user).toString("base64url");
    const parts = {
      cadata: content,
      cadataTTL: "600",
      cadataKey: "key",
      cadataIV: "iv",
      cadataSig: this.#sign(content),
    };
    return Object.entries(parts).map(([name, value]) => ["Set-Cookie", `${name}=${value}; path=/; secure; HttpOnly`]);
  }

  expiredCookies(): Field[] {
    return ["cadata", "cadataTTL", "cadataKey", "cadataIV", "cadataSig"].map((name) => [
      "Set-Cookie",
      `${name}=; path=/; secure; HttpOnly; expires=Thu, 01 Jan 1970 00:00:00 GMT`,
    ]);
  }

  /** null = no cookie of ours. */
  userOf(request: LabRequest): string | null {
    const content = cookieValue(request, "cadata");
    const signature = cookieValue(request, "cadataSig");
    if (content === undefined || signature === undefined) return null;
    const given = Buffer.from(signature);
    const expected = Buffer.from(this.#sign(content));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    return Buffer.from(content, "base64url").toString();
  }

  #sign(content: string): string {
    return createHmac("sha256", this.#secret).update(content).digest("base64url");
  }
}
