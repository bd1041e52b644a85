import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { patternBytes } from "../../src/lab/handlers/pattern-bytes.ts";
import type { RawClient, RawResponse } from "../../src/lab/testing/raw-client.ts";
import { startSite, type Site } from "../support/lab-site.ts";
import { serverOf } from "../support/server-of.ts";

const timeout = 30_000;
const basic = `Authorization: Basic ${Buffer.from("alice:password").toString("base64")}`;

interface Asked {
  readonly host: string;
  readonly fields?: readonly string[];
  readonly body?: string;
}

/** On a new connection, with TLS on both sides. */
async function ask(site: Site, line: string, { host, fields = [], body = "" }: Asked): Promise<RawResponse> {
  const name = `${host}.exchange.localhost`;
  const client: RawClient = await site.openTls(name);
  const lines = [`${line} HTTP/1.1`, `Host: ${name}`, ...fields];
  if (body !== "") lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  client.send(`${lines.join("\r\n")}\r\n\r\n${body}`);
  const response = await client.response(line.split(" ", 1)[0]);
  client.close();
  return response;
}

function field({ head }: RawResponse, name: string): string {
  return new RegExp(`^${name}: (.*)\r$`, "mi").exec(head)?.[1] ?? "";
}

const start = async (t: TestContext): Promise<Site> => startSite(t, { lab: { oabBytes: 300_000 } });

test(
  "OWA: the way from the first page over the logon form to the mailbox, by cookies alone",
  { timeout },
  async (t) => {
    const site = await start(t);
    const owa = async (line: string, asked: Omit<Asked, "host"> = {}): Promise<RawResponse> =>
      ask(site, line, { host: "owa", ...asked });
    const root = await owa("GET /");
    assert.equal(root.status, 302);
    assert.equal(field(root, "Location"), "/owa/");
    const first = await owa("GET /owa/");
    assert.equal(first.status, 302);
    const logonUrl = new URL(field(first, "Location"));
    assert.equal(logonUrl.origin, "https://owa.exchange.localhost");
    const form = await owa(`GET ${logonUrl.pathname}${logonUrl.search}`);
    assert.equal(form.status, 200);
    assert.match(form.body, /name="password"/);
    const wrong = await owa("POST /owa/auth.owa", { body: "destination=/owa/&username=alice&password=wrong" });
    assert.match(field(wrong, "Location"), /reason=2$/);
    const logon = await owa("POST /owa/auth.owa", {
      fields: ["Content-Type: application/x-www-form-urlencoded"],
      body: "destination=https%3A%2F%2Fowa.exchange.localhost%2Fowa%2F&flags=4&username=alice&password=password",
    });
    assert.equal(logon.status, 302);
    assert.equal(field(logon, "Location"), "https://owa.exchange.localhost/owa/");
    const cookies = [...logon.head.matchAll(/^Set-Cookie: ([^;]+);/gm)].map(([, cookie]) => cookie);
    assert.ok(cookies.length > 1, "each cookie has a line of its own");
    const servers = new Set<string>();
    for (let time = 0; time < 4; time++) {
      const mailbox = await owa("GET /owa/", { fields: [`Cookie: ${cookies.join("; ")}`] });
      assert.equal(mailbox.status, 200);
      assert.match(mailbox.body, /Mailbox of <strong>alice</);
      servers.add(serverOf(mailbox.head));
    }
    assert.deepEqual([...servers].toSorted(), ["CAS1", "CAS2"]);
  },
);

test("Autodiscover answers a POST, and its JSON without credentials", { timeout }, async (t) => {
  const site = await start(t);
  const body = "<Autodiscover><Request><EMailAddress>alice@tailspintoys.com</EMailAddress></Request></Autodiscover>";
  const settings = await ask(site, "POST /Autodiscover/Autodiscover.xml", {
    host: "autodiscover",
    fields: [basic],
    body,
  });
  assert.equal(settings.status, 200);
  assert.match(settings.body, /<AutoDiscoverSMTPAddress>alice@tailspintoys\.com</);
  assert.match(settings.body, /<EwsUrl>https:\/\/autodiscover\.exchange\.localhost\/EWS\/Exchange\.asmx</);
  const line = "GET /autodiscover/autodiscover.json/v1.0/alice@tailspintoys.com?Protocol=ActiveSync";
  const found = await ask(site, line, { host: "autodiscover" });
  assert.deepEqual(JSON.parse(found.body), {
    Protocol: "ActiveSync",
    Url: "https://autodiscover.exchange.localhost/Microsoft-Server-ActiveSync",
  });
});

test("ActiveSync answers OPTIONS and a command", { timeout }, async (t) => {
  const site = await start(t);
  const options = await ask(site, "OPTIONS /Microsoft-Server-ActiveSync", { host: "eas", fields: [basic] });
  assert.equal(options.status, 200);
  assert.match(field(options, "MS-ASProtocolVersions"), /14\.1/);
  const line = "POST /Microsoft-Server-ActiveSync?Cmd=FolderSync&User=alice&DeviceId=1&DeviceType=WP";
  const synced = await ask(site, line, { host: "eas", fields: [basic], body: "\u0003\u0001j\u0000" });
  assert.equal(synced.status, 200);
});

test(
  "the address book comes whole, in ranges, as a head alone, and not at all where it is known",
  { timeout },
  async (t) => {
    const site = await start(t);
    const oab = async (method: string, ...fields: string[]): Promise<RawResponse> =>
      ask(site, `${method} /OAB/lab/full-1.lzx`, { host: "oab", fields: [basic, ...fields] });
    const file = Buffer.concat([...patternBytes(0, 300_000)]).toString("latin1");
    const whole = await oab("GET");
    assert.equal(whole.status, 200);
    assert.ok(whole.body === file);
    let pieces = "";
    for (let first = 0; first < 300_000; first += 100_000) {
      const piece = await oab("GET", `Range: bytes=${first}-${first + 99_999}`, `If-Range: ${field(whole, "ETag")}`);
      assert.equal(piece.status, 206);
      assert.equal(field(piece, "Content-Range"), `bytes ${first}-${first + 99_999}/300000`);
      pieces += piece.body;
    }
    assert.ok(pieces === file);
    const head = await oab("HEAD");
    assert.equal(field(head, "Content-Length"), "300000");
    assert.equal((await oab("GET", `If-None-Match: ${field(whole, "ETag")}`)).status, 304);
  },
);

test("what is not published by name and path is not reached", { timeout }, async (t) => {
  const site = await start(t);
  for (const [host, path] of [
    ["owa", "/ews/exchange.asmx"],
    ["ews", "/owa/"],
    ["owa", "/powershell/"],
    ["unknown", "/owa/"],
    ["owa", "/owabc"],
  ] as const) {
    const response = await ask(site, `GET ${path}`, { host });
    assert.equal(response.status, 404, `${host} ${path}`);
    assert.equal(field(response, "X-Fairlead-Error"), "no-route");
    assert.equal(serverOf(response.head), "");
  }
});
