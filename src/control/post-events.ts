import type { WebhookConfig } from "../config/config.ts";
import type { Clock } from "../util/clock.ts";
import { fetchProblem } from "../util/fetch-problem.ts";
import type { RouterEvent } from "./router-event.ts";

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Pick<Response, "status" | "body">>;

/** What a webhook gets. */
export interface WebhookBody {
  /** The name of this router's machine. */
  readonly router: string;
  readonly events: readonly RouterEvent[];
  /** How many before these could not be delivered, since the last delivery. */
  readonly dropped: number;
}

/** null = delivered. */
export type PostProblem = {
  readonly problem: string;
  /** Would the same be refused again? */
  readonly final: boolean;
} | null;

export interface PostOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Of the product. */
  readonly version: string;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

const timeoutMs = 10_000;

/** Sends events to a webhook; never rejects. No redirect is followed: it would take the headers elsewhere. */
export async function postEvents(
  { url, headers }: Pick<WebhookConfig, "url" | "headers">,
  body: WebhookBody,
  { fetch, clock, version, signal }: PostOptions,
): Promise<PostProblem> {
  const abort = new AbortController();
  const timer = clock.after(timeoutMs, () => abort.abort(new Error(`no answer within ${timeoutMs / 1000} s`)));
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: allHeaders(headers, version),
      body: JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.any([signal, abort.signal]),
    });
    await response.body?.cancel();
    return problemOf(response.status);
  } catch (error) {
    return { problem: fetchProblem(error), final: false };
  } finally {
    timer.cancel();
  }
}

/** Ours go before those that were configured. */
function allHeaders(configured: WebhookConfig["headers"], version: string): Headers {
  const headers = new Headers(configured);
  headers.set("Content-Type", "application/json");
  headers.set("User-Agent", `Fairlead/${version}`);
  return headers;
}

function problemOf(status: number): PostProblem {
  if (status >= 200 && status < 300) return null;
  const final = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return { problem: `it answered with the status ${status}`, final };
}
