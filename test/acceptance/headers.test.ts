import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import { runProgram } from "../../src/lab/testing/run-program.ts";
import { startLab } from "../../src/lab/start-lab.ts";
import { startSite, type ExpandedDocument } from "../support/lab-site.ts";
import { portOf } from "../support/port-of.ts";

const timeout = 30_000;
const servers = [{ name: "cas1", tls: false }];

/** What the lab has for tests is not part of Exchange. */
function publishLab({ farms, routes }: ExpandedDocument): void {
  farms["lab"] = { servers: ["cas1"], health: "off", tls: farms["owa"]!["tls"] };
  routes.push({ path: "/lab", farm: "lab" });
}

test("64 KB of Authorization pass", { timeout }, async (t) => {
  const site = await startSite(t, { lab: { servers }, change: publishLab });
  const client = await site.openPlain();
  t.after(() => client.close());
  for (const scheme of ["Negotiate", "Bearer"]) {
    const field = `Authorization: ${scheme} ${"A".repeat(64 * 1024)}`;
    const { status, body } = await client.request(`GET /lab/echo HTTP/1.1\r\nHost: any\r\n${field}\r\n\r\n`);
    assert.equal(status, 200);
    const echo: { lines: string[] } = JSON.parse(body);
    assert.ok(echo.lines.includes(field));
  }
});

test("three WWW-Authenticate lines stay three", { timeout }, async (t) => {
  const site = await startSite(t, { lab: { servers } });
  const client = await site.openPlain();
  t.after(() => client.close());
  const { status, head } = await client.request("GET /ews/ HTTP/1.1\r\nHost: ews.exchange.localhost\r\n\r\n");
  assert.equal(status, 401);
  assert.deepEqual(
    head.split("\r\n").filter((line) => /^www-authenticate/i.test(line)),
    ["WWW-Authenticate: Negotiate", "WWW-Authenticate: NTLM", 'WWW-Authenticate: Basic realm="ews.exchange.localhost"'],
  );
});

test("what came in by TLS says so, and from where", { timeout }, async (t) => {
  const site = await startSite(t, { change: publishLab });
  const client = await site.openTls("owa.exchange.localhost");
  t.after(() => client.close());
  const { body } = await client.request(
    "GET /lab/echo?A=%2f HTTP/1.1\r\nhost: any\r\nX-Forwarded-For: 1.2.3.4\r\nX-AnchorMailbox: a@b\r\n\r\n",
  );
  const echo: { requestLine: string; lines: string[] } = JSON.parse(body);
  assert.equal(echo.requestLine, "GET /lab/echo?A=%2f HTTP/1.1");
  assert.deepEqual(echo.lines, [
    "host: any",
    "X-AnchorMailbox: a@b",
    "X-Forwarded-For: 127.0.0.1",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Host: any",
  ]);
});

/** Stands between router and lab and counts what the router sends. */
async function startTap(port: number): Promise<{ readonly port: number; sent: () => number; close: () => void }> {
  let sent = 0;
  const server = createServer((socket) => {
    const lab = connect(port, "127.0.0.1");
    socket.on("data", (bytes) => (sent += bytes.length));
    socket.pipe(lab).pipe(socket);
    for (const one of [socket, lab]) one.on("error", () => [socket, lab].forEach((each) => each.destroy()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: portOf(server), sent: () => sent, close: () => server.close() };
}

test("a body that waits for 100 Continue is not sent where the answer is 401", { timeout }, async (t) => {
  const lab = await startLab({ servers });
  t.after(() => lab.close());
  const tap = await startTap(lab.server("cas1").port);
  t.after(() => tap.close());
  const tapped = await startSite(t, {
    lab: { servers },
    change(document) {
      document.servers["cas1"] = `http://127.0.0.1:${tap.port}`;
      for (const farm of Object.values(document.farms)) farm["health"] = "off";
    },
  });
  const port = tapped.httpPort;
  const url = `http://ews.exchange.localhost:${port}/ews/exchange.asmx`;
  const resolve = ["--resolve", `ews.exchange.localhost:${port}:127.0.0.1`];
  // Longer than any noise of the machine: curl must not send the body because it got tired of waiting.
  const patience = ["--expect100-timeout", "60", "-H", "Expect: 100-continue"];
  const told = ["-w", "\n%{http_code} %{size_upload}"];
  const body = ["--data-binary", "x".repeat(50_000)];
  const curl = async (...args: string[]) =>
    runProgram("curl", ["-sv", ...resolve, ...patience, ...body, ...told, ...args, url]);
  const refused = await curl();
  if (refused === null) {
    t.skip("curl is not installed");
    return;
  }
  assert.match(refused.output, /\n401 0$/, refused.errors);
  assert.doesNotMatch(refused.errors, /100 Continue/);
  assert.ok(tap.sent() > 0 && tap.sent() < 2000, `${tap.sent()} bytes were sent`);
  const taken = await curl("--basic", "-u", "alice:password");
  assert.match(taken?.errors ?? "", /^< HTTP\/1\.1 100 Continue/m);
  assert.match(taken?.output ?? "", /<User>alice<\/User><Bytes>50000<\/Bytes>[^]*\n200 50000$/);
});
