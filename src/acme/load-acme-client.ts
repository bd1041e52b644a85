import { Agent } from "node:https";
import type * as acmeClient from "acme-client";
import type { AcmeConfig } from "../config/config.ts";
import type { Clock } from "../util/clock.ts";
import { AcmeProblem, problemOf, readRetryAfter } from "./acme-problem.ts";

export type AcmeClientModule = typeof acmeClient;

const requestTimeoutMs = 30_000;
const maxResponseBytes = 1024 * 1024;

/**
 * Loads acme-client, which takes its time and is needed once in two months. Its own retries are taken away: they would
 * sleep for as long as the authority asks, and hide what it says. Every refusal is an AcmeProblem instead.
 */
export async function loadAcmeClient({ ca }: Pick<AcmeConfig, "ca">, clock: Clock): Promise<AcmeClientModule> {
  const acme = await import("acme-client");
  const { interceptors, defaults } = acme.axios;
  interceptors.request.clear();
  interceptors.response.clear();
  interceptors.response.use(
    (response) => {
      const { status, data, config, headers } = response;
      // The library answers a bad nonce with another try (RFC 8555 6.5).
      if (status < 400 || isBadNonce(data)) return response;
      throw problemOf(
        data,
        `the authority answered ${status} to ${config.url ?? ""}`,
        readRetryAfter(headers["retry-after"], clock.now()),
      );
    },
    (error: unknown) => {
      throw unreachable(error);
    },
  );
  defaults.timeout = requestTimeoutMs;
  defaults.maxContentLength = maxResponseBytes;
  defaults.httpsAgent = ca === null ? undefined : new Agent({ ca });
  return acme;
}

function isBadNonce(data: unknown): boolean {
  return typeof data === "object" && data !== null && "type" in data && String(data.type).endsWith(":badNonce");
}

const untrusted: ReadonlySet<unknown> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Only its message: the error holds the request with all that belongs to it. */
function unreachable(error: unknown): AcmeProblem {
  if (!(error instanceof Error)) return new AcmeProblem(String(error));
  const code = "code" in error ? error.code : "";
  const hint = untrusted.has(code) ? ": give its CA certificate as `ca` of `acme`" : "";
  return new AcmeProblem(`the authority can't be reached: ${error.message || String(code)}${hint}`);
}
