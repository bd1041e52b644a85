import type { AcmeCertificateConfig, AcmeChallengeType, AcmeConfig, CertificateConfig } from "../config/config.ts";
import type { Log } from "../observe/log.ts";
import type { Clock } from "../util/clock.ts";
import { writeCertificate } from "./certificate-file.ts";
import type { ChallengeSender } from "./challenge-sender.ts";
import { loadAcmeClient } from "./load-acme-client.ts";
import { isGone, openAccount, registerAgain } from "./open-account.ts";
import { orderCertificate } from "./order-certificate.ts";

interface GetOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly challenges: Pick<ChallengeSender, "set">;
}

/** Gets a certificate from the account's authority and keeps it. */
export type GetCertificate = (
  wanted: AcmeCertificateConfig,
  account: AcmeConfig,
  how: { readonly challenge: AcmeChallengeType; readonly signal: AbortSignal },
) => Promise<CertificateConfig>;

export function certificateGetter({ clock, log, challenges }: GetOptions): GetCertificate {
  return async (wanted, account, how) => {
    const acme = await loadAcmeClient(account, clock);
    const client = await openAccount(acme, account, log);
    const options = { acme, challenges, clock, ...how };
    try {
      const issued = await orderCertificate(wanted, { ...options, client });
      return await writeCertificate(wanted, issued, clock.now());
    } catch (error) {
      if (!isGone(error)) throw error;
      const again = await registerAgain(acme, account, log);
      return writeCertificate(wanted, await orderCertificate(wanted, { ...options, client: again }), clock.now());
    }
  };
}
