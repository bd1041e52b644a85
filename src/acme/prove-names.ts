import type { Authorization, Client } from "acme-client";
import type { AcmeChallengeType } from "../config/config.ts";
import type { AcmeChallenge } from "../farm/messages.ts";
import { AcmeProblem, problemOf } from "./acme-problem.ts";
import type { AcmeClientModule } from "./load-acme-client.ts";

type Challenge = Authorization["challenges"][number];

/** A challenge with what has to be answered to it. */
export interface Proof {
  readonly challenge: Challenge;
  readonly material: AcmeChallenge;
}

/** What proves that this router answers for the name of an authorization. */
export async function proofOf(
  authorization: Authorization,
  type: AcmeChallengeType,
  { acme, client }: { readonly acme: AcmeClientModule; readonly client: Client },
): Promise<Proof> {
  const host = authorization.identifier.value;
  const challenge = authorization.challenges.find((one: { readonly type: string }) => one.type === type);
  // RFC 8555 8.3: a token is base64url; another one must not get into an answer.
  if (challenge === undefined || !/^[\w-]+$/.test(challenge.token)) {
    throw new AcmeProblem(`the authority does not offer ${type} for ${host}`);
  }
  const keyAuthorization = await client.getChallengeKeyAuthorization(challenge);
  if (type === "http-01") return { challenge, material: { type, host, token: challenge.token, keyAuthorization } };
  const ownKey = await acme.crypto.createPrivateEcdsaKey();
  const [key, certificate] = await acme.crypto.createAlpnCertificate(authorization, keyAuthorization, ownKey);
  return { challenge, material: { type, host, certificate: String(certificate), key: String(key) } };
}

/** Why an authorization is not valid: what the authority found when it asked. */
export function refusalOf({ identifier, status, challenges }: Authorization): AcmeProblem {
  const error = challenges.map((challenge) => challenge.error).find((one) => one !== undefined);
  const problem = problemOf(error, `the authorization is ${status}`);
  return new AcmeProblem(`${identifier.value}: ${problem.message}`, problem.type);
}
