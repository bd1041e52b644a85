import type { ListenerConfig } from "./config.ts";
import { builtInDefaults } from "./defaults.ts";
import { listenerSchema } from "./listener-schema.ts";
import type { ListenerDocument } from "./listener-schema.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import type { Document } from "./read-document.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { checkTlsKeys, resolveListenerTls, type TlsSurroundings } from "./resolve-listener-tls.ts";
import { resolveNetworks } from "./resolve-networks.ts";
import { checkPlaceKeys, type ListenPlace, overlaps, resolvePlaces } from "./resolve-places.ts";

const builtIn = listenerSchema.required().parse({
  address: "0.0.0.0",
  unix: "/",
  mode: builtInDefaults.listener.mode,
  tls: builtInDefaults.listener.tls,
  minVersion: "TLSv1.2",
  strictSni: builtInDefaults.listener.strictSni,
  clientCertificate: { ca: "any" },
  http2: builtInDefaults.listener.http2,
  maxHeader: builtInDefaults.listener.maxHeader,
  maxHeaders: builtInDefaults.listener.maxHeaders,
  maxUrl: builtInDefaults.listener.maxUrl,
  port: 0,
  proxyProtocol: ["unix"],
  certificates: ["any"],
  redirect: "https",
  timeouts: { header: builtInDefaults.listener.header },
});

/** `pinnedHosts`: hosts of routes to farms with pinned connections. */
export function resolveListeners(
  document: Document,
  pinnedHosts: readonly string[],
  context: ResolveContext,
): ListenerConfig[] {
  const { findings } = context;
  if (document.listen.length === 0 && document.complete) {
    findings.problem(["listen"], "no listener: write at least one, such as - { port: 443, certificates: [mail.pem] }");
  }
  const redirectPort = httpsPort(document);
  const tls = { account: document.acme, pinnedHosts };
  const listeners: ListenerConfig[] = [];
  for (const [entry, { path, value }] of document.listen.entries()) {
    if (value === null) continue;
    // What is wrong with a key must not be told twice, as if the key were missing.
    if (findings.isClean(path)) checkListener(value, path, context);
    const settings = resolveSettings({ value, path, redirectPort, tls }, context);
    const places = resolvePlaces(value, path, findings);
    if (places.some((place) => listeners.some((other) => overlaps(other, place)))) {
      const taken = "is taken by another listener: change";
      if (value.unix !== undefined) findings.problem([...path, "unix"], `this path ${taken} one of the two`);
      else findings.problem([...path, "port"], `port ${value.port} ${taken} the port or the address of one of them`);
    }
    listeners.push(...places.map((place) => ({ entry, ...place, ...settings })));
  }
  return listeners;
}

interface ListenerParts {
  readonly value: ListenerDocument;
  readonly path: Path;
  readonly redirectPort: number | null;
  readonly tls: TlsSurroundings;
}

/** What all places of an entry have in common. */
function resolveSettings(
  { value, path, redirectPort, tls }: ListenerParts,
  context: ResolveContext,
): Omit<ListenerConfig, keyof ListenPlace | "entry"> {
  if (value.redirect !== undefined && redirectPort === null) {
    const message = "no listener has certificates, so the redirect leads to port 443 of something else";
    context.findings.warning([...path, "redirect"], message);
  }
  return {
    proxyProtocol: balancersOf(value, path, context),
    tls: resolveListenerTls(value, tls, path, context),
    redirect: value.redirect === undefined ? null : { port: redirectPort ?? 443 },
    headerTimeoutMs: value.timeouts?.header ?? builtIn.timeouts.header ?? 0,
    maxHeaderBytes: value.maxHeader ?? builtIn.maxHeader,
    maxHeaderFields: value.maxHeaders ?? builtIn.maxHeaders,
    maxUrlBytes: value.maxUrl ?? builtIn.maxUrl,
  };
}

function balancersOf(value: ListenerDocument, path: Path, { findings }: ResolveContext): string[] | null {
  if (value.proxyProtocol === undefined) return null;
  const at = [...path, "proxyProtocol"];
  const networks = resolveNetworks(value.proxyProtocol, at, findings);
  const onUnix = value.unix !== undefined;
  networks.forEach((network, index) => {
    if ((network === "unix") !== onUnix && findings.isClean([...at, index])) {
      const remedy = onUnix ? "on a Unix domain socket write [unix]" : "only a listener with `unix` has such peers";
      findings.problem([...at, index], `${quote(value.proxyProtocol?.[index])} does not connect here: ${remedy}`);
    }
    if (network.endsWith("/0")) findings.warning([...at, index], "everybody who can connect may claim any address");
  });
  return networks;
}

/** Where redirects lead: 443 where that has certificates, else the first port that has. */
function httpsPort(document: Document): number | null {
  const ports = document.listen.flatMap(({ value }) =>
    value?.certificates === undefined || value.port === undefined ? [] : [value.port],
  );
  return ports.find((port) => port === 443) ?? ports[0] ?? null;
}

function checkListener(value: ListenerDocument, path: Path, { findings }: ResolveContext): void {
  checkPlaceKeys(value, path, findings);
  if (value.redirect !== undefined && value.certificates !== undefined) {
    findings.problem(
      [...path, "redirect"],
      "a listener with certificates serves https itself: leave out `redirect`, or `certificates`",
    );
  }
  checkTlsKeys(value, path, findings);
  if (value.port === 443 && value.certificates === undefined) {
    findings.problem(
      [...path, "port"],
      "port 443 is for https: give the listener its certificates, such as certificates: [mail.pem]",
    );
  }
}
