import ipaddr from "ipaddr.js";
import type { AdminConfig, ListenerConfig, MetricsConfig } from "./config.ts";
import { builtInDefaults } from "./defaults.ts";
import type { MetricsDocument } from "./metrics-schema.ts";
import { quote } from "./quote.ts";
import type { ResolveContext } from "./resolve-context.ts";
import { resolveNetworks } from "./resolve-networks.ts";
import { samePlace } from "./same-place.ts";

interface Others {
  readonly listeners: readonly ListenerConfig[];
  readonly admin: AdminConfig | null;
}

/** null: metrics are served by the admin API alone. */
export function resolveMetrics(
  written: MetricsDocument,
  { listeners, admin }: Others,
  { findings }: ResolveContext,
): MetricsConfig | null {
  if (written === "off") return null;
  const address = (written.address ?? "").replace(/^\[(.*)\]$/, "$1");
  if (address !== "" && !ipaddr.isValid(address)) {
    findings.problem(
      ["metrics", "address"],
      `${quote(written.address)} is not an IP address: write one of this machine, or leave the key out for all of them`,
    );
  }
  const allow = resolveNetworks(written.allow ?? builtInDefaults.metrics.allow, ["metrics", "allow"], findings);
  if (allow.includes("unix")) {
    findings.problem(["metrics", "allow"], `"unix" is not a network here: metrics are served on an address and port`);
  }
  const metrics = { address, port: written.port ?? builtInDefaults.metrics.port, allow };
  const listener = listeners.some((other) => samePlace(other, metrics));
  const taken = listener ? "a listener" : admin !== null && samePlace(admin, metrics) ? "the admin API" : null;
  if (taken !== null) {
    findings.problem(["metrics", "port"], `port ${metrics.port} is taken by ${taken}: change the port of one of them`);
  }
  return metrics;
}
