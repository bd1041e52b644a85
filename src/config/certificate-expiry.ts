import type { CertificateConfig, Config } from "./config.ts";

/** How near the end of a certificate's validity is; "none" = far. In the order in which they come. */
export type ExpiryLevel = "none" | "30 days" | "7 days" | "1 day" | "expired";

export interface CertificateExpiry {
  readonly file: string;
  readonly names: readonly string[];
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** Whole days, negative once it has expired. */
  readonly daysLeft: number;
  readonly level: ExpiryLevel;
}

const dayMs = 86_400_000;
const thresholds = [
  [1, "1 day"],
  [7, "7 days"],
  [30, "30 days"],
] as const;

/** All certificates of all listeners, each once, the first to expire first. */
export function certificateExpiry({ listeners }: Pick<Config, "listeners">, now: number): CertificateExpiry[] {
  const all = new Map<string, CertificateConfig>();
  for (const { tls } of listeners) for (const one of tls?.certificates ?? []) all.set(one.pem.certificate, one);
  return [...all.values()].map((certificate) => expiryOf(certificate, now)).toSorted((a, b) => a.notAfter - b.notAfter);
}

/** A certificate that lives shortly (those made by ACME) is not worth a word while most of its life is still ahead. */
export function expiryOf(
  { file, names, serial, notBefore, notAfter }: Omit<CertificateConfig, "pem">,
  now: number,
): CertificateExpiry {
  const daysLeft = Math.floor((notAfter - now) / dayMs);
  const announced = thresholds.filter(([days]) => days * dayMs * 4 <= notAfter - notBefore);
  const near = announced.find(([days]) => notAfter - now <= days * dayMs)?.[1] ?? "none";
  return { file, names, serial, notAfter, daysLeft, level: now >= notAfter ? "expired" : near };
}
