import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { ntlmAuthenticate, ntlmNegotiate } from "../../src/lab/testing/ntlm-client.ts";
import type { RawClient, RawResponse } from "../../src/lab/testing/raw-client.ts";
import { runProgram } from "../../src/lab/testing/run-program.ts";
import { startSite, type Site } from "../support/lab-site.ts";

const timeout = 60_000;
const passwords: Readonly<Record<string, string>> = { alice: "password", bob: "password2" };
const connectionsOfEach = 100;
const strangers = 50;
const requests = 8;
const host = "ews.exchange.localhost";

type Open = () => Promise<RawClient>;

async function ask(client: RawClient, authorization: string | null = null): Promise<RawResponse> {
  const field = authorization === null ? "" : `Authorization: ${authorization}\r\n`;
  return client.request(`GET /ews/exchange.asmx HTTP/1.1\r\nHost: ${host}\r\n${field}\r\n`);
}

function userIn({ head, body }: RawResponse): string | null {
  const named = [/^X-Lab-User: (.*)$/m.exec(head)?.[1], /<User>(.*)<\/User>/.exec(body)?.[1]];
  assert.equal(named[0], named[1]);
  return named[0] ?? null;
}

/** Signs in on this connection; gives the answer to the last message. */
type SignIn = (client: RawClient, user: string) => Promise<RawResponse>;

const ways: Readonly<Record<string, SignIn>> = {
  async NTLM(client, user) {
    const challenge = await ask(client, ntlmNegotiate());
    assert.equal(challenge.status, 401);
    return ask(client, ntlmAuthenticate(challenge.head, user, passwords[user] ?? ""));
  },
  async "NTLM in Negotiate after a first refusal"(client, user) {
    assert.equal((await ask(client)).status, 401);
    const challenge = await ask(client, ntlmNegotiate("Negotiate"));
    return ask(client, ntlmAuthenticate(challenge.head, user, passwords[user] ?? ""));
  },
  async "pre-authenticated Negotiate"(client, user) {
    return ask(client, `Negotiate ${Buffer.from(`lab:${user}:${passwords[user]}`).toString("base64")}`);
  },
};

/** Users of connections of their own, and strangers between them, all at once. */
async function crowd(open: Open, signIn: SignIn): Promise<void> {
  const user = async (name: string): Promise<void> => {
    const client = await open();
    assert.equal(userIn(await signIn(client, name)), name);
    // No credentials any more: the connection is what speaks for the user.
    for (let request = 0; request < requests; request++) assert.equal(userIn(await ask(client)), name);
    client.close();
  };
  const stranger = async (): Promise<void> => {
    const client = await open();
    for (let request = 0; request < requests * 2; request++) {
      const response = await ask(client);
      assert.equal(response.status, 401);
      assert.equal(userIn(response), null);
    }
    client.close();
  };
  const all: Promise<void>[] = [];
  for (let number = 0; number < connectionsOfEach; number++) {
    all.push(user("alice"), user("bob"));
    if (number < strangers) all.push(stranger());
  }
  await Promise.all(all);
  // Whatever the users left behind serves nobody.
  await Promise.all(Array.from({ length: 10 }, stranger));
}

async function startWith(t: TestContext, connectionAuth: "pin" | "auto", tls: boolean): Promise<Site> {
  return startSite(t, {
    lab: { servers: ["cas1", "cas2"].map((name) => ({ name, tls })) },
    change({ farms }) {
      assert.equal(farms["ews"]!["connectionAuth"], "pin");
      farms["ews"]!["connectionAuth"] = connectionAuth;
    },
  });
}

for (const connectionAuth of ["pin", "auto"] as const) {
  test(`connectionAuth ${connectionAuth}: no answer names another user on 200 connections`, { timeout }, async (t) => {
    const site = await startWith(t, connectionAuth, false);
    for (const [way, signIn] of Object.entries(ways))
      await t.test(way, { timeout }, async () => crowd(site.openPlain, signIn));
  });
}

test("no answer names another user with TLS on both sides", { timeout }, async (t) => {
  const site = await startWith(t, "pin", true);
  await crowd(() => site.openTls(host), ways["NTLM"]!);
});

test("curl signs in by NTLM and by Basic, and not with a wrong password", { timeout }, async (t) => {
  const site = await startWith(t, "pin", true);
  const url = `https://${host}:${site.httpsPort}/ews/exchange.asmx`;
  const args = ["-s", "--cacert", `${site.folder}/ca.pem`, "--resolve", `${host}:${site.httpsPort}:127.0.0.1`];
  const curl = async (...more: string[]) => runProgram("curl", [...args, "-w", "\n%{http_code}", ...more]);
  const right = await curl("--ntlm", "-u", "TAILSPINTOYS\\alice:password", url, url);
  if (right === null) {
    t.skip("curl is not installed");
    return;
  }
  assert.equal(right.output.match(/<User>alice<\/User>/g)?.length, 2, right.errors);
  // A body that is only sent once the handshake is over.
  const posted = await curl("--ntlm", "-u", "bob:password2", "-d", "x".repeat(100_000), url);
  assert.match(posted?.output ?? "", /<User>bob<\/User><Bytes>100000<\/Bytes>[^]*200$/);
  assert.match((await curl("--basic", "-u", "bob:password2", url))?.output ?? "", /<User>bob<\/User>[^]*200$/);
  assert.match((await curl("--ntlm", "-u", "alice:wrong", url))?.output ?? "", /401$/);
});
