import assert from "node:assert/strict";
import { connect, type TLSSocket } from "node:tls";
import { after, before, describe, it } from "node:test";
import type { Lab } from "./lab.ts";
import { startLab } from "./start-lab.ts";
import { RawClient } from "./testing/raw-client.ts";

describe("lab servers with TLS", () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab();
  });
  after(() => lab.close());

  async function open(index: number, session?: Buffer): Promise<{ client: RawClient; socket: TLSSocket }> {
    const { port, frontEnd } = lab.servers[index]!;
    const given = session === undefined ? {} : { session };
    const socket = connect({ port, host: "127.0.0.1", servername: frontEnd.fqdn, ca: lab.certificates!.ca, ...given });
    await new Promise<void>((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
    return { client: new RawClient(socket), socket };
  }

  it("are cas1 and cas2, each with a certificate that the lab's authority vouches for", async () => {
    for (const [index, name] of ["CAS1", "CAS2"].entries()) {
      const { client } = await open(index);
      const response = await client.request("GET /ews/healthcheck.htm HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.match(response.head, new RegExp(`^X-FEServer: ${name}$`, "m"));
      client.close();
    }
  });

  it("resume a session", async () => {
    const { client, socket } = await open(0);
    const session = new Promise<Buffer>((resolve) => socket.once("session", resolve));
    await client.request("GET /lab/bytes/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    const again = await open(0, await session);
    assert.equal(again.socket.isSessionReused(), true);
    client.close();
    again.client.close();
  });

  it("reset the TCP connection beneath", async () => {
    lab.fault("cas1", "owa", "reset", 1);
    const { client } = await open(0);
    client.send("GET /owa/ HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.equal(await client.rest(), "");
    assert.equal(client.error, "ECONNRESET");
  });

  it("need a free port, and can be closed twice", async () => {
    const own = await startLab({ servers: [{ name: "cas1", tls: false }] });
    const { port } = own.servers[0]!;
    await assert.rejects(startLab({ servers: [{ name: "cas1", tls: false, port }] }), /EADDRINUSE/);
    await own.close();
    await own.close();
  });

  it("speak old TLS alone where told", async () => {
    const old = await startLab({ servers: [{ name: "old1", maxTlsVersion: "TLSv1" }] });
    const { port } = old.servers[0]!;
    const options = { port, host: "127.0.0.1", ca: old.certificates!.ca };
    const modern = connect(options);
    const refused = await new Promise<Error>((resolve) => modern.once("error", resolve));
    assert.match(refused.message, /protocol|version|alert/i);
    const lenient = connect({ ...options, minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" });
    await new Promise<void>((resolve, reject) => lenient.once("secureConnect", resolve).once("error", reject));
    assert.equal(lenient.getProtocol(), "TLSv1");
    lenient.destroy();
    await old.close();
  });

  it("need a certificate of their own", async () => {
    const certificates = { ...lab.certificates!, servers: {} };
    await assert.rejects(startLab({ certificates }), /have none for the lab server "cas1"/);
  });
});
