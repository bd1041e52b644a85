import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { runProgram } from "../../src/lab/testing/run-program.ts";
import { makeCertificate, type MadeCertificate } from "../support/make-certificates.ts";
import { opensslResponder } from "../support/ocsp-responder.ts";
import { portOf } from "../support/port-of.ts";
import { runRouter } from "../support/running-router.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;

/** A router with one listener for these certificates of a CA. */
async function start(t: TestContext, ca: MadeCertificate, certificates: readonly MadeCertificate[]) {
  const { path: folder, remove } = await temporaryFolder();
  t.after(remove);
  const files = certificates.map((_, index) => join(folder, `${index}.pem`));
  for (const [index, { certificate, key }] of certificates.entries())
    await writeFile(files[index] ?? "", certificate + ca.certificate + key);
  return runRouter(t, {
    listen: [{ address: "127.0.0.1", port: 0, certificates: files }],
    servers: { a: "http://127.0.0.1:1" },
    farms: { a: { servers: ["a"] } },
    routes: [{ farm: "a" }],
  });
}

test(
  "sslscan finds nothing but TLS 1.2 and 1.3 with authenticated encryption and secure curves",
  { timeout },
  async (t) => {
    const ca = await makeCertificate({ name: "CA", ca: true });
    const [ec, rsa] = [
      await makeCertificate({ name: "mail.test", by: ca }),
      await makeCertificate({ name: "mail.test", by: ca, key: "rsa" }),
    ];
    const { port } = await start(t, ca, [ec, rsa]);
    const scan = await runProgram("sslscan", ["--no-colour", "--no-sigs", "--sni-name=mail.test", `127.0.0.1:${port}`]);
    if (scan === null) {
      t.skip("sslscan is not installed");
      return;
    }
    const { output } = scan;
    const found = (pattern: RegExp): string[] => [...output.matchAll(pattern)].map(([, ...parts]) => parts.join(" "));
    assert.deepEqual(found(/^((?:SSL|TLS)v[\d.]+) +(\w+)abled$/gm), [
      "SSLv2 dis",
      "SSLv3 dis",
      "TLSv1.0 dis",
      "TLSv1.1 dis",
      "TLSv1.2 en",
      "TLSv1.3 en",
    ]);
    const suites = found(/^(?:Preferred|Accepted) +TLSv1\.[23] +\d+ bits +(\S+)/gm);
    assert.equal(suites.length, 9);
    for (const suite of suites) assert.match(suite, /^(?:TLS_|ECDHE-(?:ECDSA|RSA)-).*(?:GCM|CHACHA20)/);
    const groups = new Set(found(/^TLSv1\.[23] +\d+ bits +((?:secp|x25519|x448|ffdhe|sect|brainpool)\S*)/gm));
    assert.deepEqual([...groups].toSorted(), ["secp256r1", "secp384r1", "x25519"]);
    assert.match(output, /Session renegotiation not supported/);
    assert.match(output, /supports TLS Fallback SCSV/);
    assert.doesNotMatch(output, /Compression enabled| vulnerable to heartbleed(?<!not vulnerable to heartbleed)/);
  },
);

/** The stapled response of a handshake; null = none. */
async function stapled(t: TestContext, port: number): Promise<Buffer | null> {
  // Their types do not know `requestOCSP`.
  const options = { port, host: "127.0.0.1", requestOCSP: true, rejectUnauthorized: false };
  const socket: TLSSocket = connect(options);
  t.after(() => socket.destroy());
  let response: Buffer | null = null;
  socket.on("OCSPResponse", (bytes) => (response = bytes));
  await once(socket, "secureConnect");
  socket.destroy();
  return response;
}

test("an OCSP response is fetched from the CA's responder and stapled", { timeout }, async (t) => {
  if ((await runProgram("openssl", ["version"])) === null) {
    t.skip("openssl is not installed");
    return;
  }
  const { path: folder, remove } = await temporaryFolder();
  t.after(remove);
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const ca = await makeCertificate({ name: "CA", ca: true });
  const leaf = await makeCertificate({ name: "mail.test", by: ca, ocsp: `http://127.0.0.1:${portOf(server)}/ocsp` });
  const respond = await opensslResponder({ folder, ca, signer: ca, known: [{ certificate: leaf, revoked: false }] });
  const answers: Buffer[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(Buffer.from(part));
    assert.equal(request.headers["content-type"], "application/ocsp-request");
    answers.push(await respond("", Buffer.concat(parts)));
    response.end(answers.at(-1));
  };
  server.on("request", (request, response) => void answer(request, response));
  const { port } = await start(t, ca, [leaf]);
  const response = await until(async () => stapled(t, port));
  assert.deepEqual(answers, [response]);
});

/** The serial number of the certificate that a new connection is shown. */
async function shown(t: TestContext, port: number): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  t.after(() => socket.destroy());
  await once(socket, "secureConnect");
  const { serialNumber } = socket.getPeerCertificate();
  // The router is stopped first, and what is open then is reset.
  socket.destroy();
  return serialNumber;
}

/** As certificate tools do: beside it, then in its place. */
async function put(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

const serialOf = ({ certificate }: MadeCertificate): string => new X509Certificate(certificate).serialNumber;

for (const workers of [0, 2]) {
  test(`renewed files of a certificate are taken up while running, with ${workers} workers`, { timeout }, async (t) => {
    const { path: folder, remove } = await temporaryFolder();
    t.after(remove);
    const [old, renewed] = [await makeCertificate({ name: "mail.test" }), await makeCertificate({ name: "mail.test" })];
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    await put(cert, old.certificate);
    await put(key, old.key);
    const { port, program } = await runRouter(t, {
      listen: [{ address: "127.0.0.1", port: 0, certificates: [{ cert, key }] }],
      servers: { a: "http://127.0.0.1:1" },
      farms: { a: { servers: ["a"] } },
      routes: [{ farm: "a" }],
      workers,
    });
    assert.equal(await shown(t, port), serialOf(old));
    const open = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
    t.after(() => open.destroy());
    await once(open, "secureConnect");
    // The key is still the old one: that can't be put into force.
    await put(cert, renewed.certificate);
    await program.untilOutput(/"event":"config\.refused".*the private key does not belong to the certificate/);
    assert.equal(await shown(t, port), serialOf(old));
    await put(key, renewed.key);
    await until(async () => (await shown(t, port)) === serialOf(renewed));
    open.write("GET / HTTP/1.1\r\nHost: mail.test\r\n\r\n");
    const [answer]: Buffer[] = await once(open, "data");
    open.destroy();
    assert.match(String(answer), /^HTTP\/1\.1 50[23] /);
  });
}
