import { createPreset } from "../config/preset.ts";
import { exchangeSchema } from "./exchange-schema.ts";
import { expandExchange } from "./expand-exchange.ts";

/** The `exchange:` block of the configuration. */
export const exchangePreset = createPreset(
  "Publishes an Exchange organisation: stands for the farms and routes that `fairlead check --expanded` prints.",
  exchangeSchema,
  expandExchange,
);
