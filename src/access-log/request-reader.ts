import type { ExchangeRecord } from "../farm/exchange-record.ts";
import { fieldReader } from "../http/field-value.ts";

/** What all formats take from the request itself, made once per log. */
export interface RequestReader {
  /** Without the values of secret parameters. */
  readonly target: (record: ExchangeRecord) => string;
  /** Likewise; it is a URL of its own. */
  readonly referer: (record: ExchangeRecord) => string;
  readonly userAgent: (record: ExchangeRecord) => string;
}

export function requestReader(redact: (target: string) => string): RequestReader {
  const referer = fieldReader("referer");
  const userAgent = fieldReader("user-agent");
  return {
    target: ({ target }) => redact(target),
    referer: ({ head }) => redact(referer(head)),
    userAgent: ({ head }) => userAgent(head),
  };
}
