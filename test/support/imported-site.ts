import { standInCertificate } from "../../src/cli/stand-in-certificate.ts";
import type { Config } from "../../src/config/config.ts";
import { documentText } from "../../src/config/import-arr/document-text.ts";
import { importArr } from "../../src/config/import-arr/import-arr.ts";
import type { ImportFinding } from "../../src/config/import-arr/import-finding.ts";
import { interpret } from "../../src/config/interpret.ts";
import { exchangePreset } from "../../src/exchange/exchange-preset.ts";
import { recogniseExchange } from "../../src/exchange/recognise-exchange.ts";
import { createExplain, type Explain } from "../../src/explain/explain-request.ts";
import type { ExplainedHead, Explanation } from "../../src/explain/explanation.ts";
import { systemClock } from "../../src/util/clock.ts";
import { hostNameOf, type Asked, type Way } from "./way.ts";

const bytes = Buffer.from(await standInCertificate(["localhost"], systemClock));

/** An imported configuration, asked by `explain`. */
export class ImportedSite {
  readonly yaml: string;
  readonly findings: readonly ImportFinding[];
  readonly config: Config;
  readonly #explain: Explain;

  constructor(xml: Uint8Array, { presets }: { readonly presets: boolean }) {
    const imported = importArr(xml, { certificate: "certificate.pem" });
    if (!imported.ok) throw new Error(imported.message);
    const recognised = presets ? recogniseExchange(imported.document, imported.places) : null;
    this.yaml = documentText(recognised?.document ?? imported.document, []);
    this.findings = [...imported.findings, ...(recognised?.findings ?? [])];
    const files = new Map([["certificate.pem", { ok: true, bytes } as const]]);
    const draft = interpret(this.yaml, "fairlead.yaml", { exchange: exchangePreset });
    const result = draft.resolve({ files, env: {}, now: systemClock.now() });
    if (!result.ok) throw new Error(`${JSON.stringify(result.problems)}\n${this.yaml}`);
    this.config = result.config;
    this.#explain = createExplain(result.config);
  }

  wayOf(asked: Asked): Way {
    const { https, host, target } = asked;
    const listeners = this.config.listeners.filter(({ tls }) => (tls !== null) === https);
    if (listeners.length === 0) return { kind: "nothing" };
    if (listeners.every(({ redirect }) => redirect !== null)) {
      return { kind: "redirect", status: 301, location: `https://${hostNameOf(host)}${target}` };
    }
    const url = `${https ? "https" : "http"}://${host}${target}`;
    const result = this.#explain({ url, method: "GET", headers: ["X-Client: yes"], from: "192.0.2.7" }, null);
    return result.ok ? this.#wayFrom(result.explanation, asked) : { kind: "malformed" };
  }

  #wayFrom({ verdict, farm, sent }: Explanation, { host }: Asked): Way {
    if (verdict.kind === "abort") return { kind: "abort" };
    if (verdict.kind === "redirect") {
      return { kind: "redirect", status: verdict.status, location: verdict.location };
    }
    if (verdict.kind === "respond") {
      return { kind: "respond", status: verdict.status, reason: verdict.reason, body: verdict.body };
    }
    if (verdict.kind === "refused") {
      if (verdict.code === "no-such-farm") return { kind: "respond", status: 503, reason: "No server", body: "" };
      return { kind: verdict.code === "no-route" ? "nothing" : "malformed" };
    }
    const config = this.config.farms.find(({ name }) => name === farm?.name);
    if (config === undefined || sent === null) throw new Error("forwarded without a farm");
    const servers = config.members.map(({ protocol, host: name, port, state }) =>
      `${protocol}://${name}:${port}${state === "available" ? "" : " unavailable"}`.toLowerCase(),
    );
    const headers = changedBy(sent);
    const hostSent = headers.get("host") ?? host;
    headers.delete("host");
    const [, target = ""] = sent.requestLine.split(" ");
    return {
      kind: "forward",
      servers,
      check: config.health === null ? "" : `${config.health.host}${config.health.path}`,
      target,
      host: hostSent,
      headers,
    };
  }
}

/** The router's own, where no rule sets them. */
const ownHeaders = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-arr-log-id", "x-original-url"];

/** Headers that are sent otherwise than the client has sent them. */
function changedBy({ added, removed }: ExplainedHead): Map<string, string> {
  const headers = new Map<string, string>();
  for (const [name] of removed.map(fieldOf)) headers.set(name, "");
  for (const [name, value] of added.map(fieldOf)) if (!ownHeaders.includes(name)) headers.set(name, value);
  return headers;
}

function fieldOf(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
