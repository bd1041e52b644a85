import type { ConvertedRule } from "./convert-rule.ts";
import type { ListenerInput } from "./import-document.ts";
import type { ImportFindings } from "./import-finding.ts";
import type { ArrBinding, ArrSite } from "./read-sites.ts";

export interface ListenerPlan {
  /** Requests without TLS are served by rules and routes. */
  readonly plainHttp: boolean;
  readonly listen: readonly ListenerInput[];
}

interface Parts {
  readonly sites: readonly ArrSite[];
  readonly rules: readonly ConvertedRule[];
  /** Plain HTTP is sent to HTTPS, whatever it asks for. */
  readonly redirects: boolean;
  /** The file that clients are shown. */
  readonly certificate: string;
}

const none = { line: 1, column: 1 };

/** A listener for each address and port of the sites. Where no rule forwards plain HTTP, none for that. */
export function planListeners({ sites, rules, redirects, certificate }: Parts, findings: ImportFindings): ListenerPlan {
  const bindings = sites.flatMap((site) => site.bindings);
  if (bindings.length === 0) {
    findings.note(
      none,
      "no site with a binding for HTTP or HTTPS",
      "port 443, and 80 where a rule is for it",
      "change `listen` where it is another one",
    );
  }
  const given = bindings.length === 0 ? usual : bindings;
  const [first] = bindings;
  if (first !== undefined && bindings.every(({ host }) => host !== null)) {
    const consequence = "IIS answers 400 to all other names; rules without a host get them here";
    findings.note(first.place, "bindings with host names alone", "listeners for all names", consequence);
  }
  const forPlain = rules.some(
    ({ source, scope, publishes }) => source.enabled && scope.https !== true && publishes?.farm !== null,
  );
  const plainHttp = forPlain && given.some(({ https }) => !https);
  const wanted = given.filter(({ https }) => https || plainHttp || redirects);
  tellOfPlain(
    given.filter((binding) => !wanted.includes(binding)),
    findings,
  );
  return {
    plainHttp,
    listen: distinct(wanted).map((binding) => listenerOf(binding, certificate, redirects && !plainHttp)),
  };
}

const usual: readonly ArrBinding[] = [
  { https: true, address: null, port: 443, host: null, place: none },
  { https: false, address: null, port: 80, host: null, place: none },
];

function tellOfPlain(unwanted: readonly ArrBinding[], findings: ImportFindings): void {
  for (const { port, place } of distinct(unwanted)) {
    const consequence =
      "IIS answered there itself; `- { port: 80, redirect: https }` under `listen` sends clients to https";
    findings.note(place, `port ${port}, plain HTTP`, "no listener, since no rule forwards plain HTTP", consequence);
  }
}

/** One for each port; all addresses together where one binding has them all. */
function distinct(bindings: readonly ArrBinding[]): readonly ArrBinding[] {
  const found: ArrBinding[] = [];
  for (const binding of bindings) {
    const all = bindings.some(({ port, address }) => port === binding.port && address === null);
    if (all && binding.address !== null) continue;
    if (!found.some(({ port, address }) => port === binding.port && address === binding.address)) found.push(binding);
  }
  return found.toSorted((a, b) => Number(b.https) - Number(a.https) || a.port - b.port);
}

function listenerOf({ https, port, address }: ArrBinding, certificate: string, redirect: boolean): ListenerInput {
  return {
    port,
    ...(address === null ? {} : { address }),
    ...(https ? { certificates: [certificate] } : redirect ? { redirect: "https" } : {}),
  };
}
