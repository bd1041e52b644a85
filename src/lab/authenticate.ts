import { randomBytes } from "node:crypto";
import type { LabExchange } from "./lab-exchange.ts";
import { fieldValue, type Field } from "./lab-request.ts";
import { challengeMessage, ntlmMessageType, readAuthenticateMessage } from "./ntlm/ntlm-messages.ts";
import { provesPassword } from "./ntlm/ntlm-v2.ts";
import { ntlmInNegotiate, spnegoAccepted, spnegoChallenge } from "./ntlm/spnego.ts";
import type { Protocol } from "./protocols.ts";
import { labDomain } from "./users.ts";

type Outcome =
  | { readonly kind: "user"; readonly name: string; readonly answer: Buffer | null }
  | { readonly kind: "challenge"; readonly answer: Buffer }
  | { readonly kind: "refused" };

type Scheme = "Negotiate" | "NTLM" | "Basic";

const refused: Outcome = { kind: "refused" };
const windows: readonly Scheme[] = ["Negotiate", "NTLM", "Basic"];
const basic: readonly Scheme[] = ["Basic"];

const offered: Readonly<Record<Protocol, readonly Scheme[]>> = {
  owa: basic,
  ecp: basic,
  ews: windows,
  eas: basic,
  oab: windows,
  rpc: windows,
  mapi: windows,
  autodiscover: windows,
  powershell: windows,
};

/** These send a user without credentials to the logon page themselves. */
const formsBased: ReadonlySet<Protocol> = new Set<Protocol>(["owa", "ecp"]);

/** Finds out whose request it is. false = it was answered with 401, because it needs credentials or a next message. */
export async function authenticate(exchange: LabExchange, protocol: Protocol): Promise<boolean> {
  const credentials = fieldValue(exchange.request, "authorization");
  if (credentials === undefined) return withoutCredentials(exchange, protocol);
  const space = credentials.indexOf(" ");
  const scheme = offered[protocol].find((name) => name.toLowerCase() === credentials.slice(0, space).toLowerCase());
  const token = Buffer.from(credentials.slice(space + 1), "base64");
  if (scheme === "Basic") return withBasic(exchange, protocol, token.toString());
  const outcome = scheme === undefined ? refused : withConnection(exchange, scheme, token);
  return conclude(exchange, protocol, scheme ?? "NTLM", outcome);
}

async function withoutCredentials(exchange: LabExchange, protocol: Protocol): Promise<boolean> {
  exchange.user = exchange.connection.user;
  const open = exchange.frontEnd.authentication[protocol] === "none" || formsBased.has(protocol) || isPublic(exchange);
  if (exchange.user !== null || open) return true;
  await refuse(exchange, protocol);
  return false;
}

/** Autodiscover's second version tells everybody. */
function isPublic(exchange: LabExchange): boolean {
  return exchange.request.path.startsWith("/autodiscover/autodiscover.json");
}

async function withBasic(exchange: LabExchange, protocol: Protocol, text: string): Promise<boolean> {
  const colon = text.indexOf(":");
  const user = exchange.frontEnd.users.authenticate(text.slice(0, colon), text.slice(colon + 1));
  exchange.user = user?.name ?? null;
  if (user !== null) return true;
  await refuse(exchange, protocol);
  return false;
}

async function conclude(exchange: LabExchange, protocol: Protocol, scheme: Scheme, outcome: Outcome): Promise<boolean> {
  const { connection } = exchange;
  // A new handshake takes the place of an earlier one, however it ends.
  connection.user = outcome.kind === "user" ? outcome.name : null;
  exchange.user = connection.user;
  if (outcome.kind === "refused") await refuse(exchange, protocol);
  if (outcome.kind === "refused" || outcome.answer === null) return outcome.kind === "user";
  const field: Field = ["WWW-Authenticate", `${scheme} ${outcome.answer.toString("base64")}`];
  if (outcome.kind === "user") exchange.authenticateFields.push(field);
  else await exchange.respond({ ...unauthorized, fields: [...unauthorized.fields, field] });
  return outcome.kind === "user";
}

function withConnection(exchange: LabExchange, scheme: Scheme, token: Buffer): Outcome {
  if (scheme === "NTLM") return withNtlm(exchange, token);
  const shortcut = token.toString();
  if (shortcut.startsWith("lab:")) return withShortcut(exchange, shortcut);
  const found = ntlmInNegotiate(token);
  if (found === null) return refused;
  const outcome = withNtlm(exchange, found.ntlm);
  if (!found.wrapped) return outcome;
  if (outcome.kind === "challenge") return { kind: "challenge", answer: spnegoChallenge(outcome.answer) };
  return outcome.kind === "user" ? { ...outcome, answer: spnegoAccepted() } : outcome;
}

/** `lab:USER:PASSWORD` stands for a Kerberos ticket: one message, and the connection is authenticated. */
function withShortcut({ frontEnd }: LabExchange, text: string): Outcome {
  const [, account = "", ...password] = text.split(":");
  const user = frontEnd.users.authenticate(account, password.join(":"));
  return user === null ? refused : { kind: "user", name: user.name, answer: null };
}

function withNtlm({ frontEnd, connection }: LabExchange, token: Buffer): Outcome {
  const { challenge } = connection;
  connection.challenge = null;
  if (ntlmMessageType(token) === 1) {
    connection.challenge = randomBytes(8);
    const target = { domain: labDomain, computer: frontEnd.computer, fqdn: frontEnd.fqdn };
    return { kind: "challenge", answer: challengeMessage(target, connection.challenge, frontEnd.clock.now()) };
  }
  const message = readAuthenticateMessage(token);
  // The third message on another connection than the first two: somebody between mixed them up.
  if (message === null || challenge === null) return refused;
  const found = frontEnd.users.find(message.user);
  if (found === null || !provesPassword(message, found.hash, challenge)) return refused;
  return { kind: "user", name: found.user.name, answer: null };
}

const unauthorized = {
  status: 401,
  fields: [["Content-Type", "text/html"]] as readonly Field[],
  body: "<html><head><title>401 - Unauthorized</title></head><body><h2>401 - Unauthorized: Access is denied due to invalid credentials.</h2></body></html>\r\n",
};

async function refuse(exchange: LabExchange, protocol: Protocol): Promise<void> {
  const challenges = offered[protocol].map<Field>((scheme) => [
    "WWW-Authenticate",
    scheme === "Basic" ? `Basic realm="${exchange.request.head.host}"` : scheme,
  ]);
  await exchange.respond({ ...unauthorized, fields: [...unauthorized.fields, ...challenges] });
}
