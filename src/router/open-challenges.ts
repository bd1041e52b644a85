import type { AcmeChallenge } from "../farm/messages.ts";

/** The challenges that a certificate authority may ask for at the moment; none most of the time. */
export class OpenChallenges {
  /** Is there any? All that a request costs while there is none. */
  open = false;
  readonly #keyAuthorizations = new Map<string, string>();
  readonly #certificates = new Map<string, { readonly certificate: string; readonly key: string }>();

  /** Takes the place of all that were open. */
  set(challenges: readonly AcmeChallenge[]): void {
    this.#keyAuthorizations.clear();
    this.#certificates.clear();
    for (const challenge of challenges) {
      if (challenge.type === "http-01") {
        this.#keyAuthorizations.set(`${challenge.host} ${challenge.token}`, challenge.keyAuthorization);
      } else this.#certificates.set(challenge.host, challenge);
    }
    this.open = challenges.length > 0;
  }

  /** What is answered for a token (RFC 8555 8.3); null = it is not asked for at this host. */
  keyAuthorization(host: string, token: string): string | null {
    return this.#keyAuthorizations.get(`${host} ${token}`) ?? null;
  }

  /** What is shown in a handshake for "acme-tls/1" (RFC 8737 3), as PEM; null = none is open for this host. */
  certificate(host: string): { readonly certificate: string; readonly key: string } | null {
    return this.#certificates.get(host.toLowerCase()) ?? null;
  }
}
