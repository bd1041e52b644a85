import type { ConnectionOwner, MemberConnection } from "../net/connected-member.ts";

/** The client connection that a waiting member connection is pinned to. */
interface PinHolder {
  readonly pins: Map<string, MemberConnection>;
  closing: boolean;
  readonly idle: boolean;
  close(): void;
}

/**
 * Watches the member connections that wait, pinned, for the next request of their client. When one closes that carried
 * authentication, the client's connection ends with it: the client believes itself authenticated.
 */
export function pinWatch(client: PinHolder): ConnectionOwner {
  const lost = (connection: MemberConnection): void => {
    client.pins.delete(connection.member.farm);
    connection.discard();
    if (!connection.carriedAuth) return;
    if (client.idle) client.close();
    else client.closing = true;
  };
  return {
    memberConnected: () => undefined,
    memberBytes: lost,
    memberEnded: lost,
    memberDrained: () => undefined,
    memberClosed: lost,
    memberWithdrawn(connection, reason) {
      if (reason !== "down") lost(connection);
    },
  };
}
