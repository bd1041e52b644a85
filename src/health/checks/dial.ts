import { type Socket, connect as connectPlain } from "node:net";
import { connect as connectTls } from "node:tls";
import type { MemberConfig, MemberTlsConfig } from "../../config/farm-config.ts";
import { memberTlsOptions, pinnedCertificateFault } from "../../net/member-tls.ts";

/** A new connection; `ready` runs once it is open and its certificate accepted. Failures come as the socket's "error". */
export function dialForCheck(member: MemberConfig, tls: MemberTlsConfig, ready: () => void): Socket {
  const address = { host: member.host, port: member.port };
  if (member.protocol === "http") return connectPlain(address, ready);
  const socket = connectTls({ ...address, ...memberTlsOptions(member, tls) }, () => {
    const fault = pinnedCertificateFault(socket, tls);
    if (fault === null) ready();
    else socket.destroy(new Error(fault));
  });
  return socket;
}
