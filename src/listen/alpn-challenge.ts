import { createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import type { OpenChallenges } from "../router/open-challenges.ts";

/** The protocol of a handshake that only validates a name (RFC 8737). */
export const challengeProtocol = "acme-tls/1";

/** The challenge certificates of one listener; for the callbacks of a TLS server. */
export interface AlpnChallenge {
  /** Is it a handshake that can only be a validation? A client that offers anything else beside it is an ordinary one. */
  isAsked(protocols: readonly string[]): boolean;
  /** The protocol to agree on; undefined = no challenge is open for the name (null = none was named), the handshake fails. */
  begin(socket: TLSSocket, name: string | null): string | undefined;
  /** The context of a handshake that has begun like that. */
  contextOf(socket: TLSSocket): SecureContext | null;
}

export function alpnChallenge(challenges: OpenChallenges): AlpnChallenge {
  const contexts = new WeakMap<TLSSocket, SecureContext>();
  return {
    isAsked: (protocols) => protocols.length === 1 && protocols[0] === challengeProtocol,
    begin(socket, name) {
      const material = challenges.certificate(name ?? "");
      if (material === null) return undefined;
      const context = createSecureContext({ cert: material.certificate, key: material.key });
      // With TLS 1.2 the certificate by name was chosen before this, with TLS 1.3 it is chosen after it.
      socket.setKeyCert(context);
      contexts.set(socket, context);
      return challengeProtocol;
    },
    contextOf: (socket) => (challenges.open ? (contexts.get(socket) ?? null) : null),
  };
}
