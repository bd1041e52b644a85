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

/**
 * Sent when whoever reports has done what he was doing: the verdict may come back at once, and takes requests from the
 * member, the present one for one.
 */
export function memberReports(send: (message: ToControl) => void): MemberReports {
  const report = (message: ToControl): void => queueMicrotask(() => send(message));
  return {
    failed: ({ farm, config }, code) => report({ type: "member-failed", farm, server: config.server, code }),
    answered: ({ farm, config }) => report({ type: "member-answered", farm, server: config.server }),
    silent: ({ farm, config }) => report({ type: "member-silent", farm, server: config.server }),
  };
}
