import { systemClock } from "../util/clock.ts";
import { loadConfig } from "../config/load-config.ts";
import type { LoadResult } from "../config/load-config.ts";
import { exchangePreset } from "../exchange/exchange-preset.ts";

/** All presets of the product. */
export const presets = { exchange: exchangePreset } as const;

/** Loads a configuration as every command does. `document`: taken for the file's content. */
export function load(file: string, document?: LoadResult["document"]): Promise<LoadResult> {
  return loadConfig(file, { presets, env: process.env, now: systemClock.now(), document });
}
