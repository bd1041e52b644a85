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
 * Told once whoever tells has done what he was doing: where both sides are one process the verdict comes back within the
 * call, and may take away the very connection whose answer is being read.
 */
export function memberReports(send: (message: ToControl) => void): MemberReports {
  const tell = (message: ToControl): void => queueMicrotask(() => send(message));
  return {
    failed: ({ farm, config }, code) => tell({ type: "member-failed", farm, server: config.server, code }),
    answered: ({ farm, config }) => tell({ type: "member-answered", farm, server: config.server }),
    silent: ({ farm, config }) => tell({ type: "member-silent", farm, server: config.server }),
  };
}
