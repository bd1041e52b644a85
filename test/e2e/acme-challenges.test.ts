import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { describe, it, type TestContext } from "node:test";
import { connect, type SecureVersion, type TLSSocket } from "node:tls";
import type { ListenerConfig, ListenerTlsConfig } from "../../src/config/config.ts";
import { createLabCertificates } from "../../src/lab/certificates.ts";
import { systemClock } from "../../src/util/clock.ts";
import { aConfig } from "../support/configs.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { aListener, RawClient, startRouterWith, type TestRouter } from "../support/start-router.ts";

const open = { type: "http-01", host: "mail.example.test", token: "token", keyAuthorization: "token.thumb" } as const;

async function start(t: TestContext, listener: Partial<ListenerConfig> = {}): Promise<TestRouter> {
  const router = await startRouterWith(aConfig([], { listeners: [aListener(listener)] }));
  t.after(() => router.close(0));
  return router;
}

async function ask(router: TestRouter, head: string): Promise<string> {
  const client = new RawClient(router.port).write(`${head}\r\nConnection: close\r\n\r\n`);
  return client.untilEnd();
}

const get = (token: string, host = "mail.example.test"): string =>
  `GET /.well-known/acme-challenge/${token} HTTP/1.1\r\nHost: ${host}`;

describe("HTTP-01", () => {
  for (const redirect of [null, { port: 443 }]) {
    it(`is answered for the open host and token alone${redirect ? ", before a redirect" : ""}`, async (t) => {
      const router = await start(t, { redirect });
      const otherwise = redirect ? /^HTTP\/1\.1 301 / : /^HTTP\/1\.1 404 /;
      assert.match(await ask(router, get("token")), otherwise);
      await router.challenges.set([open, { ...open, host: "other.example.test", token: "two", keyAuthorization: "2" }]);
      const answer = await ask(router, get("token"));
      assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
      assert.match(answer, /Content-Length: 11\r\n/);
      assert.match(answer, /\r\n\r\ntoken\.thumb$/);
      assert.match(await ask(router, get("token", "MAIL.example.test.:80")), /\r\n\r\ntoken\.thumb$/);
      const head = await ask(router, get("token").replace("GET", "HEAD"));
      assert.match(head, /^HTTP\/1\.1 200 OK\r\n.*Content-Length: 11\r\n[^]*\r\n\r\n$/s);
      assert.match(await ask(router, get("token", "other.example.test")), otherwise);
      assert.match(await ask(router, get("token/")), otherwise);
      assert.match(await ask(router, get("")), otherwise);
      assert.match(await ask(router, get("token").replace("GET", "PUT")), redirect ? /^HTTP\/1\.1 308 / : otherwise);
      await router.challenges.set([]);
      assert.match(await ask(router, get("token")), otherwise);
    });
  }
});

async function names(...published: readonly string[]) {
  const { listener } = await createLabCertificates({ servers: [], published }, systemClock);
  return { certificate: listener.certificate, key: listener.key };
}

async function startTls(t: TestContext, tls: Partial<ListenerTlsConfig> = {}): Promise<TestRouter> {
  const certificate = { ...aCertificate(await names("ordinary.test")), names: ["ordinary.test"] };
  const router = await start(t, { tls: aListenerTls([certificate], tls) });
  const challenge = await names("challenge.test");
  await router.challenges.set([{ type: "tls-alpn-01", host: "mail.example.test", ...challenge }]);
  return router;
}

async function handshake(
  t: TestContext,
  { port }: TestRouter,
  options: { protocols?: string[]; name?: string; version?: SecureVersion },
): Promise<TLSSocket> {
  const { protocols, name = "mail.example.test", version = "TLSv1.3" } = options;
  const range = { minVersion: version, maxVersion: version };
  const alpn = protocols === undefined ? {} : { ALPNProtocols: protocols };
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, servername: name, ...alpn, ...range });
  t.after(() => socket.destroy());
  await once(socket, "secureConnect");
  return socket;
}

const subject = (socket: TLSSocket): string =>
  new X509Certificate(socket.getPeerCertificate().raw).subject.replace("CN=", "");

describe("TLS-ALPN-01", () => {
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    it(`a validation is shown the challenge's certificate, and nothing else happens, ${version}`, async (t) => {
      const router = await startTls(t);
      const socket = await handshake(t, router, { protocols: ["acme-tls/1"], version });
      assert.deepEqual([socket.alpnProtocol, subject(socket)], ["acme-tls/1", "challenge.test"]);
      let text = "";
      for await (const bytes of socket) text += String(bytes);
      assert.equal(text, "");
    });

    it(`ordinary clients see the ordinary certificate meanwhile, ${version}`, async (t) => {
      const router = await startTls(t);
      for (const protocols of [undefined, ["http/1.1"], ["acme-tls/1", "http/1.1"]]) {
        const socket = await handshake(t, router, { ...(protocols && { protocols }), version });
        assert.equal(subject(socket), "ordinary.test");
        socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let text = "";
        for await (const bytes of socket) text += String(bytes);
        assert.match(text, /^HTTP\/1\.1 404 /);
      }
    });

    it(`a listener that is strict with names and wants certificates lets a validation in, ${version}`, async (t) => {
      const { certificate: ca } = await names("ca.test");
      const clientCertificate = { ca, crl: null, require: true, hosts: null, header: "X-ARR-ClientCert" };
      const router = await startTls(t, { strictSni: true, clientCertificate });
      const socket = await handshake(t, router, { protocols: ["acme-tls/1"], version });
      assert.equal(subject(socket), "challenge.test");
      await assert.rejects(handshake(t, router, { name: "other.test", version }), {
        message: /unrecognized name/,
      });
    });

    it(`a validation that names no host fails, ${version}`, async (t) => {
      const router = await startTls(t);
      const failed = { message: /no application protocol/i };
      await assert.rejects(handshake(t, router, { protocols: ["acme-tls/1"], name: "", version }), failed);
      await router.challenges.set([]);
      await assert.rejects(handshake(t, router, { protocols: ["acme-tls/1"], name: "", version }), failed);
    });

    it(`a validation of a name without an open challenge fails, ${version}`, async (t) => {
      const router = await startTls(t);
      const failed = { message: /no application protocol/i };
      const protocols = ["acme-tls/1"];
      await assert.rejects(handshake(t, router, { protocols, name: "other.test", version }), failed);
      await router.challenges.set([]);
      await assert.rejects(handshake(t, router, { protocols, version }), failed);
    });
  }
});
