import { ntlmSignature } from "./ntlm-messages.ts";

/** 1.3.6.1.4.1.311.2.2.10 as a DER element. */
const ntlmMechanism = Buffer.from("060a2b06010401823702020a", "hex");

/** How NTLM travels in Negotiate: bare as Windows clients may send it, or wrapped by SPNEGO (RFC 4178). */
export interface NegotiateToken {
  readonly wrapped: boolean;
  readonly ntlm: Buffer;
}

/**
 * Finds the NTLM message in a Negotiate token; null = none (Kerberos, for example). NTLM addresses its fields from its
 * own begin, so what SPNEGO puts behind it does no harm.
 */
export function ntlmInNegotiate(token: Buffer): NegotiateToken | null {
  const at = token.indexOf(ntlmSignature);
  return at === -1 ? null : { wrapped: at > 0, ntlm: token.subarray(at) };
}

/** negTokenResp: the handshake goes on with this challenge. */
export function spnegoChallenge(challenge: Buffer): Buffer {
  const state = element(0xa0, element(0x0a, Buffer.from([1])));
  const mechanism = element(0xa1, ntlmMechanism);
  const token = element(0xa2, element(0x04, challenge));
  return element(0xa1, element(0x30, Buffer.concat([state, mechanism, token])));
}

/** negTokenResp: accept-completed. */
export function spnegoAccepted(): Buffer {
  return element(0xa1, element(0x30, element(0xa0, element(0x0a, Buffer.from([0])))));
}

function element(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), derLength(content.length), content]);
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  if (length < 0x100) return Buffer.from([0x81, length]);
  return Buffer.from([0x82, length >> 8, length & 0xff]);
}
