import { X509Certificate } from "node:crypto";
import type { CertificateConfig, Config } from "../../config/config.ts";
import type { OcspStaple } from "../../farm/messages.ts";
import type { Log } from "../../observe/log.ts";
import type { Clock, Timer } from "../../util/clock.ts";
import type { FetchOcsp } from "./fetch-ocsp.ts";
import { ocspRequest } from "./ocsp-request.ts";
import { readOcspResponse, type OcspAnswer } from "./ocsp-response.ts";

interface StaplingOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly fetch: FetchOcsp;
  /** All responses that are in force, at each change. */
  readonly send: (staples: readonly OcspStaple[]) => void;
}

const soonestMs = 60_000;
const latestMs = 12 * 3_600_000;
const retryAtLatestMs = 3_600_000;

/** One certificate's status: what was answered last, and when it will be asked for again. */
interface Watched {
  readonly certificate: CertificateConfig;
  readonly url: string;
  readonly leaf: X509Certificate;
  readonly issuer: X509Certificate;
  staple: { readonly response: string; readonly nextUpdate: number } | null;
  timer: Timer | null;
  /** In a row. */
  failures: number;
  /** Was it said that there is none? */
  reported: boolean;
}

/**
 * Keeps OCSP responses for the listeners' certificates (RFC 6066 8): fetched and checked here, asked for anew when half of
 * their time is over, and dropped when it is over.
 */
export class Stapling {
  readonly #options: StaplingOptions;
  /** By fingerprint. */
  #watched = new Map<string, Watched>();
  #sent = "[]";
  #closed = false;

  constructor(options: StaplingOptions) {
    this.#options = options;
  }

  apply({ listeners }: Pick<Config, "listeners">): void {
    const before = this.#watched;
    this.#watched = new Map();
    for (const certificate of listeners.flatMap(({ tls }) => tls?.certificates ?? [])) {
      if (certificate.ocsp === null) this.#warnOfNone(certificate);
      else this.#watch(certificate, certificate.ocsp, before);
    }
    for (const [fingerprint, { timer }] of before) if (!this.#watched.has(fingerprint)) timer?.cancel();
    this.#send();
  }

  /** All that are in force, for a worker that has just started. */
  staples(): OcspStaple[] {
    const now = this.#options.clock.now();
    return [...this.#watched].flatMap(([fingerprint, { staple }]) =>
      staple === null || staple.nextUpdate <= now ? [] : [{ fingerprint, response: staple.response }],
    );
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#watched.values()) timer?.cancel();
  }

  #watch(
    certificate: CertificateConfig,
    { url, issuer }: { url: string; issuer: string },
    before: Map<string, Watched>,
  ): void {
    const leaf = new X509Certificate(certificate.pem.certificate);
    const fingerprint = leaf.fingerprint256;
    if (this.#watched.has(fingerprint)) return;
    const known = before.get(fingerprint);
    if (known !== undefined) {
      this.#watched.set(fingerprint, known);
      return;
    }
    const parts = { certificate, url, leaf, issuer: new X509Certificate(issuer) };
    const watched: Watched = { ...parts, staple: null, timer: null, failures: 0, reported: false };
    this.#watched.set(fingerprint, watched);
    void this.#ask(watched);
  }

  async #ask(watched: Watched): Promise<void> {
    const { clock, fetch } = this.#options;
    const { url, leaf, issuer } = watched;
    let answer: OcspAnswer;
    let response = "";
    try {
      const bytes = await fetch(url, ocspRequest(leaf, issuer));
      response = bytes.toString("base64");
      answer = readOcspResponse(bytes, { certificate: leaf, issuer, now: clock.now() });
    } catch (error) {
      answer = { status: "unusable", problem: problemOf(error) };
    }
    if (this.#closed || this.#watched.get(leaf.fingerprint256) !== watched) return;
    if (answer.status === "good") this.#good(watched, response, answer);
    else this.#bad(watched, answer);
  }

  #good(watched: Watched, response: string, { thisUpdate, nextUpdate }: Extract<OcspAnswer, { status: "good" }>): void {
    watched.staple = { response, nextUpdate };
    watched.failures = 0;
    watched.reported = false;
    const { file } = watched.certificate;
    this.#options.log("certificate.status-known", { file, until: new Date(nextUpdate).toISOString() });
    const half = (thisUpdate + nextUpdate) / 2 - this.#options.clock.now();
    this.#askAfter(watched, Math.min(Math.max(half, soonestMs), latestMs));
    this.#send();
  }

  #bad(watched: Watched, answer: Exclude<OcspAnswer, { status: "good" }>): void {
    const { certificate, url, staple } = watched;
    const { log, clock } = this.#options;
    const { file } = certificate;
    const gone = staple === null || staple.nextUpdate <= clock.now();
    if (answer.status === "revoked") {
      watched.staple = null;
      log("certificate.revoked", { file, names: certificate.names.join(", "), url });
    } else if (gone && !watched.reported) {
      // Said once: what is stapled is a service to clients, and many routers stand where no responder can be reached.
      log(certificate.mustStaple ? "certificate.staple-missing" : "certificate.status-unknown", {
        file,
        url,
        problem: answer.problem,
      });
      watched.reported = true;
    }
    if (gone) watched.staple = null;
    const retry = Math.min(soonestMs * 2 ** watched.failures, retryAtLatestMs);
    // Not later than the present one ends: then it must be taken back.
    const left = watched.staple === null ? retry : watched.staple.nextUpdate - clock.now();
    this.#askAfter(watched, Math.min(retry, left));
    watched.failures = Math.min(watched.failures + 1, 10);
    this.#send();
  }

  #askAfter(watched: Watched, delayMs: number): void {
    watched.timer = this.#options.clock.after(delayMs, () => void this.#ask(watched));
  }

  #warnOfNone({ file, mustStaple }: CertificateConfig): void {
    if (!mustStaple) return;
    const problem = "the certificate names no responder by http, or its issuer's certificate is not in the file";
    this.#options.log("certificate.staple-missing", { file, url: "-", problem });
  }

  #send(): void {
    const staples = this.staples();
    const text = JSON.stringify(staples);
    if (text === this.#sent) return;
    this.#sent = text;
    this.#options.send(staples);
  }
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch hides what happened behind "fetch failed".
  return error.cause instanceof Error ? error.cause.message : error.message;
}
