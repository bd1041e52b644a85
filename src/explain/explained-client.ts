import { ExchangeRecord } from "../farm/exchange-record.ts";
import type { ClientOrigin } from "../forward/client-side.ts";
import { parseRequestHead, RequestHead } from "../http/request-head.ts";
import type { RuledClient } from "../router/client-request.ts";
import { type IpAddress, parseIpAddress } from "../util/ip-address.ts";

/** A request that somebody asks about. */
export interface Question {
  readonly url: string;
  readonly method: string;
  /** "Name: value" lines that the client sends beside Host. */
  readonly headers: readonly string[];
  /** The address that it comes from. */
  readonly from: string;
}

/** A client that has sent just that request. */
export interface ExplainedClient extends RuledClient {
  readonly https: boolean;
  readonly port: number;
}

export type ClientOrProblem =
  | { readonly ok: true; readonly client: ExplainedClient }
  | { readonly ok: false; readonly problem: string };

/** The URL is taken apart by hand: a parser of URLs would tidy the path, and how it is spelt matters here. */
const url = /^(https?):\/\/([^/?#]+)([^#]*)/i;

export function explainedClient(question: Question, maxHeaderBytes: number): ClientOrProblem {
  const parts = url.exec(question.url);
  if (parts === null) {
    return problem(`${JSON.stringify(question.url)} is not a URL: write one such as https://mail.example.com/owa`);
  }
  const ip = parseIpAddress(question.from);
  if (ip === null) return problem(`${JSON.stringify(question.from)} is not an IP address`);
  const [, scheme = "", authority = "", rest = ""] = parts;
  const head = new RequestHead();
  const text = headText(question, authority, rest);
  if (text.length > maxHeaderBytes) return problem("the request would be refused with 431: its header is too long");
  const wrong = parseRequestHead(text, head);
  if (wrong !== null) return problem(`the request would be refused with 400: ${wrong}`);
  const https = scheme.toLowerCase() === "https";
  const port = Number(/:(\d+)$/.exec(authority)?.[1] ?? (https ? 443 : 80));
  const origin = originOf(ip, https);
  return { ok: true, client: { head, origin, record: recordOf(port), multiplexed: false, https, port } };
}

function headText({ method, headers }: Question, authority: string, rest: string): string {
  const target = rest.startsWith("/") || rest === "*" ? rest : `/${rest}`;
  return [`${method} ${target} HTTP/1.1`, `Host: ${authority}`, ...headers, "", ""].join("\r\n");
}

function originOf(ip: IpAddress, https: boolean): ClientOrigin {
  return {
    address: ip.text,
    ip,
    protocol: https ? "https" : "http",
    trusted: false,
    standard: false,
    removed: [],
    certificateLine: "",
  };
}

function recordOf(localPort: number): ExchangeRecord {
  return new ExchangeRecord({ localAddress: "", localPort, clientPort: 0, tlsVersion: "", tlsCipher: "" });
}

function problem(text: string): ClientOrProblem {
  return { ok: false, problem: text };
}

export function urlOf({ head, https }: ExplainedClient): string {
  return `${https ? "https" : "http"}://${head.host}${head.target}`;
}
