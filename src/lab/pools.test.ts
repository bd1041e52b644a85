import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { UnknownInLab, type Lab } from "./lab.ts";
import { protocols } from "./protocols.ts";
import { startLab } from "./start-lab.ts";
import { openRaw, type RawClient } from "./testing/raw-client.ts";

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: mail.example\r\n\r\n`;

describe("the pools of a lab server", () => {
  let lab: Lab;
  let client: RawClient;
  before(async () => {
    lab = await startLab({ servers: [{ name: "cas1", tls: false, authentication: "none" }] });
  });
  after(() => lab.close());
  const open = async (): Promise<RawClient> => (client = await openRaw(lab.servers[0]!.port));
  afterEach(() => {
    client.close();
    for (const protocol of protocols) lab.start("cas1", protocol);
  });

  it("tell by HealthCheck.htm that they run, whatever the path's case", async () => {
    await open();
    for (const path of [
      "/owa/healthcheck.htm",
      "/EWS/HealthCheck.htm",
      "/Microsoft-Server-ActiveSync/HEALTHCHECK.HTM",
    ]) {
      const response = await client.request(get(path));
      assert.equal(response.status, 200);
      assert.equal(response.body, "200 OK<br/>CAS1.TAILSPINTOYS.LOCAL");
      assert.match(response.head, /^X-FEServer: CAS1$/m);
    }
  });

  it("answer 503 as http.sys does once stopped, each for itself", async () => {
    await open();
    lab.stop("cas1", "owa");
    assert.equal((await client.request(get("/ews/exchange.asmx"))).status, 200);
    const response = await client.request(get("/owa/healthcheck.htm"));
    assert.match(response.head, /^HTTP\/1\.1 503 Service Unavailable\r\n/);
    assert.match(response.head, /^Server: Microsoft-HTTPAPI\/2\.0$/m);
    assert.match(response.head, /^Connection: close$/m);
    assert.match(response.head, /^Content-Length: 326$/m);
    assert.match(response.head, /^X-FEServer: CAS1$/m);
    assert.match(response.body, /<h2>Service Unavailable<\/h2>/);
    assert.equal(await client.rest(), "");
    lab.start("cas1", "owa");
    await open();
    assert.equal((await client.request(get("/owa/"))).status, 200);
  });

  it("never answer while hung, and let go when the client closes", async () => {
    await open();
    lab.hang("cas1", "oab");
    client.send(get("/oab/healthcheck.htm"));
    const other = await openRaw(lab.servers[0]!.port);
    assert.equal((await other.request(get("/owa/"))).status, 200);
    other.close();
    assert.equal(client.received, "");
    client.socket.end();
    assert.equal(await client.rest(), "");
  });

  it("reset the connection", async () => {
    await open();
    lab.fault("cas1", "ews", "reset");
    client.send(get("/ews/"));
    assert.equal(await client.rest(), "");
    assert.equal(client.error, "ECONNRESET");
  });

  it("close in the middle of the body", async () => {
    await open();
    lab.fault("cas1", "ews", "close-early");
    client.send(get("/ews/"));
    const [head = "", body = ""] = (await client.rest()).split("\r\n\r\n");
    assert.match(head, /^Content-Length: 1000$/m);
    assert.equal(body.length, 100);
  });

  it("answer with what is no HTTP", async () => {
    await open();
    lab.fault("cas1", "ews", "garbage");
    client.send(get("/ews/"));
    assert.match(await client.rest(), /not HTTP/);
  });

  it("stall behind the head", async () => {
    await open();
    lab.fault("cas1", "ews", "stall");
    client.send(get("/ews/"));
    assert.match(await client.until("\r\n\r\n"), /^HTTP\/1\.1 200 /);
    client.socket.end();
    assert.equal(await client.rest(), "");
  });

  it("spare health checks from faults and meet only as many requests as told", async () => {
    await open();
    lab.fault("cas1", "ews", "garbage", 1);
    assert.equal((await client.request(get("/ews/healthcheck.htm"))).status, 200);
    client.send(get("/ews/"));
    await client.rest();
    await open();
    assert.equal((await client.request(get("/ews/"))).status, 200);
  });

  it("count requests and health checks apart", async () => {
    await open();
    const earlier = lab.status().servers[0]!.pools.eas;
    await client.request(get("/Microsoft-Server-ActiveSync"));
    await client.request(get("/microsoft-server-activesync/healthcheck.htm"));
    const now = lab.status().servers[0]!.pools.eas;
    assert.deepEqual([now.requests - earlier.requests, now.healthChecks - earlier.healthChecks], [1, 1]);
    assert.ok(lab.status().servers[0]!.openConnections >= 1);
  });

  it("are named when somebody asks for others", async () => {
    await open();
    assert.throws(() => lab.stop("cas9", "owa"), new UnknownInLab('The lab has no server "cas9"; it has cas1.'));
    assert.throws(() => lab.stop("cas1", "imap"), UnknownInLab);
  });
});
