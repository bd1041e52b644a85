import type { FarmInput } from "../farm-schema.ts";
import { isIpHost, normaliseHost } from "../host-name.ts";
import { httpSuffix, type PlannedFarm } from "./farm-plan.ts";
import type { ImportFindings } from "./import-finding.ts";

/** An entry of `farms`. */
export function convertFarm(planned: PlannedFarm, servers: FarmInput["servers"], findings: ImportFindings): FarmInput {
  const { farm, scheme, plain } = planned;
  const { health, policies, protocol } = farm;
  if (!plain) tellOf(planned, findings);
  const serverName = scheme === "https" && !plain ? certificateName(planned) : null;
  return {
    servers,
    ...(health === null ? {} : { health: health.health }),
    ...policies,
    timeouts: protocol.timeouts,
    ...(serverName === null ? {} : { tls: { serverName } }),
  };
}

/** The name that the members' certificates are likely valid for: ARR takes any. */
function certificateName({ farm, name }: PlannedFarm): string | null {
  const candidates = [
    farm.health?.host ?? "",
    farm.name.includes(".") ? farm.name : "",
    name.includes(".") ? name : "",
  ];
  return candidates.find((host) => normaliseHost(host) !== null && !isIpHost(host)) ?? null;
}

function tellOf(planned: PlannedFarm, findings: ImportFindings): void {
  const { farm, scheme, name } = planned;
  const read = `<webFarm name=${JSON.stringify(farm.name)}>`;
  if (name !== farm.name) {
    const which = name.endsWith(httpSuffix) ? ", for requests that go to its members by plain HTTP" : "";
    findings.changed(farm.place, read, `the farm ${name}${which}`, "");
  }
  if (!farm.enabled) {
    findings.changed(farm.place, `${read} enabled="false"`, "its servers are unavailable", "requests get 503");
  }
  if (farm.health !== null && farm.health.scheme !== scheme) {
    const result = `the check uses ${scheme}, as requests do`;
    findings.changed(farm.place, `a health test by ${farm.health.scheme} in ${read}`, result, "");
  }
  if (scheme === "https") {
    const certified = certificateName(planned) ?? "each server's own name";
    const expected = certified === farm.name.toLowerCase() ? "this name" : certified;
    const consequence = "if it has another one, change `tls: { serverName: … }`; a CA of your own goes into `ca`";
    findings.changed(
      farm.place,
      read,
      `the members' certificate must be valid for ${expected}; ARR takes any name`,
      consequence,
    );
  }
}
