import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { it } from "node:test";
import type { FarmConfig } from "../../src/config/farm-config.ts";
import { checkHttp } from "../../src/health/checks/http.ts";
import { noLog } from "../../src/observe/log.ts";
import { startSides } from "../../src/processes/start-sides.ts";
import { systemClock } from "../../src/util/clock.ts";
import { aConfig, aFarm } from "../support/configs.ts";
import { freePort } from "../support/free-port.ts";
import { aListenerTls } from "../support/listener-tls.ts";
import { always, RawMember } from "../support/raw-member.ts";
import { startSite } from "../support/site.ts";
import { aListener, RawClient } from "../support/start-router.ts";
import { until } from "../support/until.ts";

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";

function farmOf(member: RawMember): FarmConfig {
  return aFarm({ health: null, members: [member.config] });
}

for (const workers of [0, 2]) {
  it(`a configuration of which one listener can't be had is taken back as a whole, ${workers} workers`, async (t) => {
    const [old, other] = [await RawMember.start("m1", always(ok)), await RawMember.start("m1", always(ok))];
    t.after(() => {
      old.close();
      other.close();
    });
    const [port, newPort, wrongPort] = [await freePort(), await freePort(), await freePort()];
    const routes = [{ host: null, path: "/", farm: "owa" }];
    const before = aConfig([farmOf(old)], { listeners: [aListener({ port })], routes, workers });
    const around = { clock: systemClock, random: () => 0.5, log: noLog, check: checkHttp };
    const sides = await startSides(before, around);
    t.after(() => sides.stop(0));
    // What the check of the configuration would have found; a listener only sees it when it opens.
    const [certificate] = wrongCertificates;
    const listeners = [
      aListener({ port }),
      aListener({ port: newPort }),
      aListener({ port: wrongPort, tls: aListenerTls([certificate]) }),
    ];
    const after = aConfig([farmOf(other)], { listeners, routes, workers });
    await assert.rejects(sides.apply(after), { name: "ListenError" });
    assert.equal(sides.control.config, before);
    const client = new RawClient(port);
    t.after(() => client.close());
    await client.write(get).untilText("\r\n\r\nok");
    assert.deepEqual([old.connections.length, other.connections.length], [1, 0]);
    for (const gone of [newPort, wrongPort]) await until(() => refused(gone));
    // The ports are really free again.
    await sides.apply(aConfig([farmOf(other)], { listeners: listeners.slice(0, 2), routes, workers }));
    const late = new RawClient(newPort);
    t.after(() => late.close());
    await late.write(get).untilText("\r\n\r\nok");
    assert.equal(other.connections.length, 1);
  });
}

const wrongCertificates = [
  {
    file: "wrong.pem",
    names: ["a"],
    pem: { certificate: "no certificate", key: "no key" },
    keyType: "rsa",
    issuer: "",
    serial: "",
    notBefore: 0,
    notAfter: 0,
    ocsp: null,
    mustStaple: false,
  },
] as const;

async function refused(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}

it("what still runs on a listener that was taken away does not outlive the router's stop", async (t) => {
  const site = await startSite(t);
  const client = site.client().write(get);
  await (await site.member.connection()).untilText("\r\n\r\n");
  const { config } = site.router.control;
  await site.router.apply({ ...config, listeners: [aListener({ address: "127.0.0.2" })] });
  await site.router.close(50);
  await client.untilEnd();
});
