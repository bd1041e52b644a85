import type { EventsConfig, WebhookConfig } from "./config.ts";
import type { EventsDocument } from "./events-schema.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveSentHeaders } from "./resolve-sent-headers.ts";

const path = ["events", "webhook"] as const;

export function resolveEvents({ webhook }: EventsDocument, context: ResolveContext): EventsConfig {
  return { webhook: webhook === undefined ? null : resolveWebhook(webhook, context) };
}

function resolveWebhook(written: NonNullable<EventsDocument["webhook"]>, context: ResolveContext): WebhookConfig {
  const { url, kinds } = written;
  const fault = faultOf(url);
  if (fault !== null) context.findings.problem([...path, "url"], fault);
  return { url, headers: resolveSentHeaders(written, path, context), kinds: kinds ?? null };
}

/** Not even a wrong URL is told: it may hold a secret. */
function faultOf(written: string): string | null {
  const url = URL.canParse(written) ? new URL(written) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    return "this is not a URL with http or https: write where events are taken, such as https://alerts.example.com/fairlead";
  }
  if (url.username !== "" || url.password !== "") {
    return "a URL with a password is not allowed: write it into `headersEnv`";
  }
  return null;
}
