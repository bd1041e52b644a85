import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import { describe, it, type TestContext } from "node:test";
import { TLSSocket, type TlsOptions } from "node:tls";
import type { MemberTlsConfig } from "../../src/config/farm-config.ts";
import { createLabCertificates } from "../../src/lab/certificates.ts";
import { systemClock } from "../../src/util/clock.ts";
import { aFarm, aMember, aMemberTls } from "../support/configs.ts";
import { memberCertificate, testCa } from "../support/member-certificate.ts";
import { portOf } from "../support/port-of.ts";
import { always, RawMember } from "../support/raw-member.ts";
import { type Site, startSite } from "../support/site.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";
const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const { cert, key, fingerprint } = memberCertificate;
const trusted = { ca: testCa, serverName: "mail.example.test" } as const;

async function startTlsMember(t: TestContext, options: TlsOptions = {}): Promise<RawMember> {
  const member = await RawMember.start("m1", always(ok), { cert, key, ...options });
  t.after(() => member.close());
  return member;
}

async function siteOf(t: TestContext, member: RawMember, tls: Partial<MemberTlsConfig>): Promise<Site> {
  const { health: _, ...farm } = aFarm({ members: [member.config], tls: aMemberTls(tls) });
  return startSite(t, { farm });
}

function tlsSocket(member: RawMember, index: number): TLSSocket {
  const socket: Socket | undefined = member.connections[index]?.socket;
  if (!(socket instanceof TLSSocket)) throw new TypeError("no TLS connection");
  return socket;
}

describe("TLS to members", () => {
  it("is verified with the farm's own CA and the farm's server name, which is also asked for", async (t) => {
    const member = await startTlsMember(t);
    const site = await siteOf(t, member, trusted);
    assert.equal(await site.client().write(get).untilText("ok"), ok);
    assert.equal(tlsSocket(member, 0).servername, "mail.example.test");
    assert.equal(tlsSocket(member, 0).alpnProtocol === "h2", false);
  });

  const refused: readonly [name: string, tls: Partial<MemberTlsConfig>][] = [
    ["the CA is not the one that signed", { serverName: "mail.example.test" }],
    ["the certificate is for another name", { ca: testCa, serverName: "owa.example.test" }],
    ["the certificate is not for the member's address, and there is no name", { ca: testCa }],
    ["the fingerprint is another one", { ...trusted, fingerprint: fingerprint.replace(/^./, "0") }],
    ["the fingerprint is another one and nothing else is verified", { verify: false, fingerprint: "0".repeat(64) }],
  ];
  for (const [name, tls] of refused) {
    it(`is a 502 where ${name}, each time, and the request does not go out`, async (t) => {
      // Its sessions come with the handshake, before the certificate was asked about.
      const member = await startTlsMember(t, { maxVersion: "TLSv1.2" });
      const site = await siteOf(t, member, tls);
      const client = site.client();
      for (const number of [1, 2, 3]) {
        client.received = Buffer.alloc(0);
        client.write(get);
        assert.match(await client.untilText("</html>"), /^HTTP\/1\.1 502 [^]*X-Fairlead-Error: tls-failed\r\n/);
        assert.equal(site.numbers().failed, number);
      }
      for (const connection of member.connections) assert.equal(connection.text, "");
    });
  }

  it("trusts a pinned certificate whoever signed it and whatever its name", async (t) => {
    const member = await startTlsMember(t);
    const site = await siteOf(t, member, { fingerprint });
    assert.equal(await site.client().write(get).untilText("ok"), ok);
  });

  it("trusts anybody where it is told to", async (t) => {
    const { servers } = await createLabCertificates({ servers: [{ name: "x", fqdn: "x.test" }] }, systemClock);
    const member = await startTlsMember(t, { cert: servers["x"]!.certificate, key: servers["x"]!.key });
    const site = await siteOf(t, member, { verify: false });
    assert.equal(await site.client().write(get).untilText("ok"), ok);
  });

  it("is never replaced by clear text: a member without it is a 502 and sees a handshake only", async (t) => {
    const member = await RawMember.start("m1");
    t.after(() => member.close());
    const site = await startSite(t, { farm: { members: [{ ...member.config, protocol: "https" }] } });
    const client = site.client().write(get);
    const connection = await member.connection();
    await connection.until(({ total }) => total > 0);
    connection.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    assert.match(await client.untilText("</html>"), /^HTTP\/1\.1 502 [^]*X-Fairlead-Error: tls-failed\r\n/);
    assert.equal(connection.received[0], 0x16);
    assert.ok(!connection.text.includes("GET"));
  });

  it("that the member ends in the middle of the handshake is a failure before the request: POST goes to the other one", async (t) => {
    for (const end of ["end", "destroy", "resetAndDestroy"] as const) {
      const server = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => socket[end]());
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const other = await RawMember.start("m2");
      t.after(() => {
        server.close();
        other.close();
      });
      const first = { ...aMember("m1", "127.0.0.1", portOf(server)), protocol: "https" } as const;
      const site = await startSite(t, { farm: { members: [first, other.config] } });
      const client = site.client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
      const connection = await other.connection();
      await connection.untilText("abc");
      connection.write(ok);
      assert.equal(await client.untilText("ok"), ok);
      assert.equal(site.numbers("m1").failed, 1);
    }
  });

  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    for (const [name, tls] of [
      ["verified by CA", trusted],
      ["pinned", { fingerprint }],
    ] as const) {
      it(`resumes its session on the next connection, ${version}, ${name}`, async (t) => {
        const member = await startTlsMember(t, { minVersion: version, maxVersion: version });
        const site = await siteOf(t, member, tls);
        const client = site.client();
        for (let index = 0; index < 3; index++) {
          client.received = Buffer.alloc(0);
          assert.equal(await client.write(get).untilText("ok"), ok);
          const socket = tlsSocket(member, index);
          assert.equal(socket.getProtocol(), version);
          assert.equal(socket.isSessionReused(), index > 0);
          socket.end();
          await member.connections[index]!.untilGone();
        }
      });
    }
  }

  it("carries large bodies both ways, and their ends", async (t) => {
    const size = 3_000_000;
    const member = await RawMember.start("m1", null, { cert, key });
    t.after(() => member.close());
    const site = await siteOf(t, member, trusted);
    const client = site.client();
    client.keep = 1000;
    client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`).write(Buffer.alloc(size, "u"));
    const connection = await member.connection();
    await connection.until(({ total }) => total > size);
    connection.write("HTTP/1.1 200 OK\r\n\r\n").write(Buffer.alloc(size, "d"));
    connection.socket.end();
    await client.untilEnd();
    assert.ok(client.total > size);
    assert.equal(site.numbers().failed, 0);
  });
});
