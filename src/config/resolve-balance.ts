import type { BalanceDocument } from "./balance-schema.ts";
import type { BalanceConfig, KeyConfig } from "./farm-config.ts";
import { builtInDefaults } from "./defaults.ts";
import type { KeyDocument } from "./key-schema.ts";

export function resolveBalance(written: BalanceDocument): BalanceConfig {
  if (typeof written === "string") return { name: written, key: null, bound: 0 };
  const bound = written.bound ?? Number.parseFloat(builtInDefaults.hash.bound) / 100;
  return { name: "hash", key: keyOf(written.hash), bound };
}

function keyOf(written: KeyDocument): KeyConfig {
  if (typeof written === "string") return { source: written };
  if (written.header !== undefined) return { source: "header", name: written.header };
  if (written.cookie !== undefined) return { source: "cookie", name: written.cookie };
  return { source: "query", names: written.query ?? [] };
}
