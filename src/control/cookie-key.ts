import type { Config } from "../config/config.ts";
import type { ToWorker } from "../farm/messages.ts";
import type { StateStore } from "./state-file.ts";

/** The key of affinity cookies, for the workers; it is not touched before a configuration needs it. */
export class CookieKey {
  readonly #store: Pick<StateStore, "cookieKey">;
  #message: ToWorker | null = null;

  constructor(store: Pick<StateStore, "cookieKey">) {
    this.#store = store;
  }

  /** What workers that start must know; null = nothing yet. */
  get message(): ToWorker | null {
    return this.#message;
  }

  /** The message, where this configuration is the first one that needs it. */
  neededBy({ farms }: Pick<Config, "farms">): ToWorker | null {
    if (this.#message !== null || !farms.some(({ affinity }) => affinity?.cookie?.format === "keyed")) return null;
    this.#message = { type: "cookie-key", key: this.#store.cookieKey().toString("base64") };
    return this.#message;
  }
}
