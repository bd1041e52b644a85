import type { Config } from "../config/config.ts";
import { OpenChallenges } from "../router/open-challenges.ts";
import { OcspStaples } from "./ocsp-staples.ts";
import { createTlsEntrance } from "./tls-entrance.ts";

const nothing = (): void => undefined;
const challenges = new OpenChallenges();
const staples = new OcspStaples();

/** Throws where a listener could not be set up in a worker, before any of them is told. */
export function proveListeners({ listeners }: Pick<Config, "listeners">): void {
  for (const { tls } of listeners) {
    if (tls === null) continue;
    const after = (): { cancel(): void } => ({ cancel: nothing });
    createTlsEntrance({ tls, challenges, staples, handshakeTimeoutMs: 0, after, accept: nothing, failed: nothing });
  }
}
