import { parseIpNetwork } from "../util/ip-address.ts";
import type { Findings } from "./findings.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";

/** CIDRs, a single address as a network of its own; "unix" stays as it is. */
export function resolveNetworks(written: readonly string[], path: Path, findings: Findings): string[] {
  return written.map((network, index) => {
    if (parseIpNetwork(network) === null) {
      const remedy = "write an address with the number of its fixed bits, such as 10.0.0.0/8";
      findings.problem([...path, index], `${quote(network)} is not a network: ${remedy}`);
    }
    return network.includes("/") || network === "unix" ? network : `${network}/${network.includes(":") ? 128 : 32}`;
  });
}
