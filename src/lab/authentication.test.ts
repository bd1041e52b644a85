import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Lab } from "./lab.ts";
import { startLab } from "./start-lab.ts";
import { ntlmAuthenticate, ntlmNegotiate } from "./testing/ntlm-client.ts";
import { openRaw, type RawClient, type RawResponse } from "./testing/raw-client.ts";
import { runProgram } from "./testing/run-program.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

const userOf = ({ head }: RawResponse): string | undefined => /^X-Lab-User: (.*)$/m.exec(head)?.[1];

describe("authentication in the lab", () => {
  let lab: Lab;
  let client: RawClient;
  before(async () => {
    lab = await startLab({ servers: [{ name: "cas1", tls: false }] });
  });
  after(() => lab.close());
  afterEach(() => client.close());

  const open = async (): Promise<RawClient> => (client = await openRaw(lab.servers[0]!.port));
  const get = async (authorization: string | null, on = client): Promise<RawResponse> => {
    const field = authorization === null ? "" : `Authorization: ${authorization}\r\n`;
    return on.request(`GET /ews/exchange.asmx HTTP/1.1\r\nHost: mail.example\r\n${field}\r\n`);
  };
  const handshake = async (user: string, password: string, on = client): Promise<RawResponse> => {
    const challenge = await get(ntlmNegotiate(), on);
    assert.equal(challenge.status, 401);
    return get(ntlmAuthenticate(challenge.head, user, password), on);
  };

  it("offers three schemes on three lines", async () => {
    await open();
    const { status, head } = await get(null);
    assert.equal(status, 401);
    const lines = head.split("\r\n").filter((line) => line.startsWith("WWW-Authenticate"));
    assert.deepEqual(lines, [
      "WWW-Authenticate: Negotiate",
      "WWW-Authenticate: NTLM",
      'WWW-Authenticate: Basic realm="mail.example"',
    ]);
    assert.match(head, /^X-FEServer: CAS1$/m);
  });

  it("answers NTLM's first message with a challenge alone", async () => {
    await open();
    const { head } = await get(ntlmNegotiate());
    assert.equal(head.match(/^WWW-Authenticate:/gm)?.length, 1);
    assert.match(head, /^WWW-Authenticate: NTLM TlRMTVNTUAAC/m);
  });

  it("binds the user of NTLM to the connection", async () => {
    await open();
    const first = await handshake("alice", "password");
    assert.equal(first.status, 200);
    assert.match(first.body, /<User>alice<\/User>/);
    assert.equal(userOf(await get(null)), "alice");
    const other = await openRaw(lab.servers[0]!.port);
    assert.equal((await get(null, other)).status, 401);
    other.close();
  });

  it("refuses a wrong password, an unknown user and a third message without the first", async () => {
    await open();
    assert.equal((await handshake("alice", "wrong")).status, 401);
    assert.equal((await handshake("mallory", "password")).status, 401);
    const challenge = await get(ntlmNegotiate());
    const other = await openRaw(lab.servers[0]!.port);
    assert.equal((await get(ntlmAuthenticate(challenge.head, "alice", "password"), other)).status, 401);
    other.close();
  });

  it("forgets the user when a new handshake begins", async () => {
    await open();
    await handshake("alice", "password");
    assert.equal((await handshake("bob", "wrong")).status, 401);
    assert.equal((await get(null)).status, 401);
    assert.equal(userOf(await handshake("bob", "password2")), "bob");
    assert.equal(userOf(await get(null)), "bob");
  });

  it("takes Basic for one request, also on a connection that is another user's", async () => {
    await open();
    assert.equal(userOf(await get(`Basic ${base64("bob:password2")}`)), "bob");
    assert.equal((await get(null)).status, 401);
    await handshake("alice", "password");
    assert.equal(userOf(await get(`Basic ${base64("TAILSPINTOYS\\bob:password2")}`)), "bob");
    assert.equal(userOf(await get(null)), "alice");
    assert.equal((await get(`Basic ${base64("bob:password")}`)).status, 401);
  });

  it("takes a pre-authenticated Negotiate and binds its user to the connection", async () => {
    await open();
    assert.equal(userOf(await get(`Negotiate ${base64("lab:alice:password")}`)), "alice");
    assert.equal(userOf(await get(null)), "alice");
    assert.equal((await get(`Negotiate ${base64("lab:alice:wrong")}`)).status, 401);
    assert.equal((await get(null)).status, 401);
  });

  it("takes NTLM inside Negotiate, bare and wrapped by SPNEGO", async () => {
    await open();
    const bare = await get(ntlmNegotiate("Negotiate"));
    assert.equal((await get(ntlmAuthenticate(bare.head, "alice", "password"))).status, 200);
    await open();
    const first = Buffer.from(ntlmNegotiate().split(" ")[1]!, "base64");
    const prefix = Buffer.from("603006062b0601050502a0", "hex");
    const wrapped = await get(`Negotiate ${Buffer.concat([prefix, first]).toString("base64")}`);
    const token = Buffer.from(/Negotiate (\S+)/.exec(wrapped.head)![1]!, "base64");
    assert.equal(token[0], 0xa1);
    const challenge = token.subarray(token.indexOf("NTLMSSP")).toString("base64");
    const third = ntlmAuthenticate(`WWW-Authenticate: Negotiate ${challenge}`, "alice", "password");
    const response = Buffer.concat([Buffer.from("a1820100", "hex"), Buffer.from(third.split(" ")[1]!, "base64")]);
    const last = await get(`Negotiate ${response.toString("base64")}`);
    assert.equal(userOf(last), "alice");
    assert.match(last.head, /^WWW-Authenticate: Negotiate oQ/m);
  });

  it("refuses a Kerberos ticket, which it cannot read", async () => {
    await open();
    assert.equal((await get(`Negotiate ${base64("\u0060\u0082 some ticket")}`)).status, 401);
  });

  it("lets 64 KB of Authorization pass to where it is judged", async () => {
    await open();
    assert.equal((await get(`Negotiate ${"A".repeat(64 * 1024)}`)).status, 401);
  });

  it("does not ask for a body that a 401 makes useless, and asks for one that it wants", async () => {
    await open();
    const head = "POST /ews/exchange.asmx HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n";
    assert.equal((await client.request(`${head}\r\n`)).status, 401);
    await open();
    client.send(`${head}Authorization: Basic ${base64("bob:password2")}\r\n\r\n`);
    assert.equal(await client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body");
    assert.match((await client.response()).body, /<Bytes>4<\/Bytes>/);
  });

  it("suits curl, with the right and with a wrong password", async (test) => {
    await open();
    const url = `http://127.0.0.1:${lab.servers[0]!.port}/ews/exchange.asmx`;
    const args = ["-s", "-o", "-", "-w", "%{http_code}", "--ntlm", url, "-u"];
    const right = await runProgram("curl", [...args, "TAILSPINTOYS\\alice:password"]);
    if (right === null) {
      test.skip("curl is not installed");
      return;
    }
    assert.match(right.output, /<User>alice<\/User>.*200$/);
    assert.match((await runProgram("curl", [...args, "alice:wrong"]))!.output, /401$/);
  });
});
