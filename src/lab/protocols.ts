/** The protocols of an Exchange front end; each has an application pool of its own. */
export const protocols = ["owa", "ecp", "ews", "eas", "oab", "rpc", "mapi", "autodiscover", "powershell"] as const;

export type Protocol = (typeof protocols)[number];

/** "2013" stands for 2013 and everything newer. */
export type Personality = "2013" | "2010" | "2007";

const virtualDirectories: Readonly<Record<string, Protocol>> = {
  owa: "owa",
  exchange: "owa",
  exchweb: "owa",
  public: "owa",
  ecp: "ecp",
  ews: "ews",
  "microsoft-server-activesync": "eas",
  oab: "oab",
  rpc: "rpc",
  rpcwithcert: "rpc",
  mapi: "mapi",
  autodiscover: "autodiscover",
  powershell: "powershell",
};

const legacyDirectories: ReadonlySet<string> = new Set(["exchange", "exchweb", "public"]);

const unknownTo: Readonly<Record<Personality, ReadonlySet<Protocol>>> = {
  "2013": new Set(),
  "2010": new Set<Protocol>(["mapi"]),
  "2007": new Set<Protocol>(["mapi", "ecp", "powershell"]),
};

/** The protocol that a decoded, lower-case path belongs to on a server of this version; null = no such directory. */
export function protocolOf(path: string, personality: Personality): Protocol | null {
  const directory = path.split("/", 2)[1] ?? "";
  if (personality === "2013" && legacyDirectories.has(directory)) return null;
  const protocol = virtualDirectories[directory];
  return protocol === undefined || unknownTo[personality].has(protocol) ? null : protocol;
}

export function isProtocol(name: string): name is Protocol {
  return (protocols as readonly string[]).includes(name);
}

/** A table with an entry for every protocol. */
export function byProtocol<Value>(make: (protocol: Protocol) => Value): Record<Protocol, Value> {
  return {
    owa: make("owa"),
    ecp: make("ecp"),
    ews: make("ews"),
    eas: make("eas"),
    oab: make("oab"),
    rpc: make("rpc"),
    mapi: make("mapi"),
    autodiscover: make("autodiscover"),
    powershell: make("powershell"),
  };
}
