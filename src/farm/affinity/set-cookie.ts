import type { AffinityCookieConfig } from "../../config/farm-config.ts";

const sameSites = { lax: "Lax", strict: "Strict", none: "None" } as const;

/** A ready field line. `secure`: the client came by https; it counts where the configuration says "auto". */
export function setCookieLine(config: AffinityCookieConfig, value: string, secure: boolean): string {
  const isSecure = config.secure === "auto" ? secure : config.secure;
  const attributes = [
    `${config.name}=${value}`,
    `Path=${config.path}`,
    ...(config.domain === null ? [] : [`Domain=${config.domain}`]),
    ...(config.maxAgeSeconds === 0 ? [] : [`Max-Age=${config.maxAgeSeconds}`]),
    ...(config.httpOnly ? ["HttpOnly"] : []),
    ...(isSecure ? ["Secure"] : []),
    ...sameSite(config, isSecure),
  ];
  return `Set-Cookie: ${attributes.join("; ")}\r\n`;
}

/** Browsers refuse a cookie with None that is not Secure; without the attribute they take it. */
function sameSite({ sameSite: written }: AffinityCookieConfig, isSecure: boolean): string[] {
  return written === null || (written === "none" && !isSecure) ? [] : [`SameSite=${sameSites[written]}`];
}
