import type { FaultCode } from "../farm/faults.ts";
import type { ToControl } from "../farm/messages.ts";
import type { ConnectedMember } from "../net/connected-member.ts";

/** What requests tell about members, for the control side. */
export interface MemberReports {
  /** In a way that counts. */
  failed(member: ConnectedMember, code: FaultCode): void;
  /** A member on trial has answered. */
  answered(member: ConnectedMember): void;
  /** Requests wait, and nothing comes. */
  silent(member: ConnectedMember): void;
}

export function memberReports(send: (message: ToControl) => void): MemberReports {
  return {
    failed: ({ farm, config }, code) => send({ type: "member-failed", farm, server: config.server, code }),
    answered: ({ farm, config }) => send({ type: "member-answered", farm, server: config.server }),
    silent: ({ farm, config }) => send({ type: "member-silent", farm, server: config.server }),
  };
}
