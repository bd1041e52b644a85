import type { FaultCode } from "../farm/faults.ts";

interface W3cStatus {
  /** IIS's, such as 3 in 502.3. */
  readonly substatus: number;
  /** Of winerror.h, or WinHTTP's, as ARR reports it. */
  readonly win32: number;
}

const none: W3cStatus = { substatus: 0, win32: 0 };
/** ERROR_NETNAME_DELETED: what IIS writes when the client has gone. */
const clientGone: W3cStatus = { substatus: 0, win32: 64 };
const forwarding = (win32: number): W3cStatus => ({ substatus: 3, win32 });

/** ARR's 502.3 with the error of WinHTTP that comes nearest. */
const statuses: Partial<Readonly<Record<FaultCode, W3cStatus>>> = {
  "client-closed": clientGone,
  "client-timeout": { substatus: 0, win32: 121 },
  "header-timeout": { substatus: 0, win32: 121 },
  "connect-refused": forwarding(12_029),
  "connect-failed": forwarding(12_029),
  "connect-timeout": forwarding(12_002),
  "response-timeout": forwarding(12_002),
  "idle-timeout": forwarding(12_002),
  "tls-failed": forwarding(12_175),
  "member-closed": forwarding(12_030),
  "response-cut": forwarding(12_030),
  "tunnel-broken": forwarding(12_030),
  "bad-response": forwarding(12_152),
  "response-too-large": forwarding(12_152),
};

export function w3cStatus(reason: FaultCode | "ok"): W3cStatus {
  return (reason === "ok" ? undefined : statuses[reason]) ?? none;
}
