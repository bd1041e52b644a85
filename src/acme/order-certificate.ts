import type { Authorization, Client, Order } from "acme-client";
import type { AcmeCertificateConfig, AcmeChallengeType } from "../config/config.ts";
import type { Clock } from "../util/clock.ts";
import { problemOf } from "./acme-problem.ts";
import type { ChallengeSender } from "./challenge-sender.ts";
import type { AcmeClientModule } from "./load-acme-client.ts";
import { poll } from "./poll.ts";
import { proofOf, refusalOf } from "./prove-names.ts";

export interface OrderOptions {
  readonly acme: AcmeClientModule;
  readonly client: Client;
  readonly challenge: AcmeChallengeType;
  readonly challenges: Pick<ChallengeSender, "set">;
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** PEM: the certificates as the authority sent them, and a key that was made for them. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

/** RFC 8555 7.4: order, prove every name, finalize, download. */
export async function orderCertificate(
  { names, key: kind }: Pick<AcmeCertificateConfig, "names" | "key">,
  options: OrderOptions,
): Promise<Issued> {
  const { acme, client, clock, signal } = options;
  const identifiers = names.map((value) => ({ type: "dns", value }));
  const order = await client.createOrder({ identifiers });
  await proveNames(order, options);
  const what = `the order for ${names.join(", ")}`;
  const ask = async (): Promise<Order> => client.getOrder(order);
  const state = async (isFinal: (status: Order["status"]) => boolean): Promise<Order> => {
    return poll(ask, ({ status }) => status === "invalid" || isFinal(status), { clock, signal, what });
  };
  const ready = await state((status) => status !== "pending");
  const ownKey = await (kind === "rsa" ? acme.crypto.createPrivateRsaKey(2048) : acme.crypto.createPrivateEcdsaKey());
  const [key, request] = await acme.crypto.createCsr({ altNames: [...names] }, ownKey);
  if (ready.status === "ready") await client.finalizeOrder(ready, request);
  const done = await state((status) => status === "valid");
  if (done.status === "invalid") throw problemOf(done.error, "the authority refused the order");
  return { certificate: await client.getCertificate(done), key: String(key) };
}

/** The challenges are answered as long as the authority may ask, and not a moment longer. */
async function proveNames(order: Order, options: OrderOptions): Promise<void> {
  const { client, challenge: type, challenges, clock, signal } = options;
  const authorizations = await client.getAuthorizations(order);
  const pending = authorizations.filter(({ status }) => status !== "valid");
  const closed = pending.find(({ status }) => status !== "pending");
  if (closed !== undefined) throw refusalOf(closed);
  if (pending.length === 0) return;
  const proofs = await Promise.all(pending.map(async (one) => proofOf(one, type, options)));
  try {
    await challenges.set(proofs.map(({ material }) => material));
    signal.throwIfAborted();
    for (const { challenge } of proofs) await client.completeChallenge(challenge);
    const ask = async (): Promise<Authorization[]> => client.getAuthorizations(order);
    const isFinal = (all: readonly Authorization[]): boolean =>
      all.every(({ status }) => status === "valid") || all.some((one) => isRefused(one));
    const answers = await poll(ask, isFinal, { clock, signal, what: "the validation" });
    const refused = answers.find((one) => isRefused(one));
    if (refused !== undefined) throw refusalOf(refused);
  } finally {
    await challenges.set([]);
  }
}

function isRefused({ status }: Authorization): boolean {
  return status !== "valid" && status !== "pending";
}
