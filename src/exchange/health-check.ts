import type { FarmInput } from "../config/farm-schema.ts";
import { protocols } from "./protocol.ts";
import type { ProtocolName } from "./protocol.ts";
import { isOld } from "./version.ts";
import type { Version } from "./version.ts";

type Health = Exclude<FarmInput["health"], undefined>;

/**
 * Since 2013 the front end answers HealthCheck.htm from Managed Availability's verdict. Before, the nearest thing is the
 * answer of the application itself: its logon page, or the demand for credentials.
 */
export function healthCheck(protocol: ProtocolName, version: Version): Health {
  if (isOld(version)) return oldChecks[protocol];
  return { path: `/${protocols[protocol].directory}/HealthCheck.htm`, expect: { status: 200, body: "200 OK" } };
}

const asksForCredentials = (path: string): Health => ({ path, expect: { status: 401 } });

const oldChecks: Readonly<Record<ProtocolName, Health>> = {
  owa: { path: "/owa/auth/logon.aspx", expect: { status: 200, body: "Outlook Web" } },
  ecp: { path: "/ecp/", expect: { status: [302, 401] } },
  ews: asksForCredentials("/ews/exchange.asmx"),
  eas: { method: "OPTIONS", path: "/Microsoft-Server-ActiveSync", expect: { status: 401 } },
  oab: { path: "/oab/", expect: { status: [401, 403] } },
  oa: asksForCredentials("/rpc/rpcproxy.dll"),
  mapi: asksForCredentials("/mapi/emsmdb/"),
  autodiscover: asksForCredentials("/autodiscover/autodiscover.xml"),
  powershell: asksForCredentials("/powershell/"),
};
