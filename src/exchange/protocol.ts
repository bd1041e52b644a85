/** What Exchange offers to clients over HTTPS; also the names of the farms. */
export const protocolNames = ["owa", "ecp", "ews", "eas", "oab", "oa", "mapi", "autodiscover", "powershell"] as const;

export type ProtocolName = (typeof protocolNames)[number];

/** Virtual directories and time-outs are the same in all versions; times in milliseconds, 0 = off. */
export interface Protocol {
  /** How admins call it. */
  readonly title: string;
  /** The virtual directory, which is also where its health check lives. */
  readonly directory: string;
  /** Further paths that belong to it. */
  readonly otherPaths: readonly string[];
  readonly responseMs: number;
  readonly idleMs: number;
  readonly keepAliveMs: number;
  /** "pin": clients sign in by NTLM or Negotiate, which belong to the connection. */
  readonly connectionAuth: "pin" | "auto";
}

const second = 1000;
const minute = 60 * second;

const windows = { otherPaths: [], connectionAuth: "pin" } as const;
const forms = { otherPaths: [], connectionAuth: "auto" } as const;
const browser = { ...forms, responseMs: 120 * second, idleMs: 5 * minute, keepAliveMs: 120 * second } as const;
const short = { ...windows, responseMs: 120 * second, idleMs: 120 * second, keepAliveMs: 120 * second } as const;

/**
 * Time-outs: streaming notifications of EWS last up to 30 minutes; an ActiveSync Ping is silent for up to 59; the
 * channels of Outlook Anywhere answer when they like and are kept alive at least every 7; MAPI sends its header at once
 * and a sign of life every 15 seconds.
 */
export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  owa: { ...browser, title: "Outlook on the web", directory: "owa" },
  ecp: { ...browser, title: "Exchange Control Panel", directory: "ecp" },
  ews: {
    ...windows,
    title: "Exchange Web Services",
    directory: "ews",
    responseMs: 35 * minute,
    idleMs: 35 * minute,
    keepAliveMs: 15 * minute,
  },
  eas: {
    ...forms,
    title: "ActiveSync",
    directory: "Microsoft-Server-ActiveSync",
    responseMs: 65 * minute,
    idleMs: 65 * minute,
    keepAliveMs: 65 * minute,
  },
  oab: { ...short, title: "Offline Address Book", directory: "oab" },
  oa: {
    ...windows,
    title: "Outlook Anywhere",
    directory: "rpc",
    otherPaths: ["/rpcwithcert"],
    responseMs: 0,
    idleMs: 15 * minute,
    keepAliveMs: 15 * minute,
  },
  mapi: {
    ...windows,
    title: "MAPI over HTTP",
    directory: "mapi",
    responseMs: 60 * second,
    idleMs: 5 * minute,
    keepAliveMs: 15 * minute,
  },
  autodiscover: { ...short, title: "Autodiscover", directory: "autodiscover" },
  powershell: {
    ...windows,
    title: "PowerShell remoting",
    directory: "powershell",
    responseMs: 5 * minute,
    idleMs: 15 * minute,
    keepAliveMs: 15 * minute,
  },
};
