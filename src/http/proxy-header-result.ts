/** One end of the connection that a balancer has taken. */
export interface ProxyEndpoint {
  /** In its shortest form; IPv4 in its IPv6 form as IPv4. */
  readonly address: string;
  readonly port: number;
}

export interface ProxyAddresses {
  /** The client that connected to the balancer. */
  readonly source: ProxyEndpoint;
  /** Where it connected to. */
  readonly destination: ProxyEndpoint;
}

export type ProxyHeader =
  | { readonly state: "incomplete" }
  | { readonly state: "malformed"; readonly problem: string }
  /** `addresses`: null = the balancer speaks for itself (a health check), or does not know. */
  | { readonly state: "complete"; readonly length: number; readonly addresses: ProxyAddresses | null };

export const incomplete: ProxyHeader = { state: "incomplete" };

export function malformed(problem: string): ProxyHeader {
  return { state: "malformed", problem };
}
