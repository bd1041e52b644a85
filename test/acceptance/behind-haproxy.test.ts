import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect as connectTcp, createServer } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { connect as connectTls } from "node:tls";
import { createLabCertificates } from "../../src/lab/certificates.ts";
import { systemClock } from "../../src/util/clock.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { portOf } from "../support/port-of.ts";
import { RawEnd } from "../support/raw-end.ts";
import { startSite } from "../support/site.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return port;
}

/** HAProxy that passes connections on as they are, with a PROXY protocol header before them. Resolves with its port. */
async function startHaproxy(t: TestContext, to: number, options: string): Promise<number> {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const port = await freePort();
  const file = join(folder.path, "haproxy.cfg");
  const times = "timeout connect 5s\n  timeout client 30s\n  timeout server 30s";
  const way = `listen x\n  mode tcp\n  bind 127.0.0.1:${port}\n  server s 127.0.0.1:${to} ${options}\n`;
  await writeFile(file, `defaults\n  ${times}\n${way}`);
  const haproxy = spawn("haproxy", ["-db", "-f", file], { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  haproxy.stderr.on("data", (bytes) => (errors += String(bytes)));
  const failed = once(haproxy, "exit").then(() => assert.fail(`haproxy: ${errors}`));
  failed.catch(() => undefined);
  t.after(() => haproxy.kill("SIGKILL"));
  const listens = async (): Promise<boolean> => {
    const trial = connectTcp(port, "127.0.0.1");
    const connected = once(trial, "connect").then(
      () => true,
      () => false,
    );
    return connected.finally(() => trial.destroy());
  };
  await Promise.race([until(listens), failed]);
  return port;
}

for (const options of ["send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c,unique-id,authority"]) {
  test(`a client behind HAProxy with ${options} is known by its own address`, { timeout: 60_000 }, async (t) => {
    const { listener } = await createLabCertificates({ servers: [], published: ["a.test"] }, systemClock);
    const tls = aListenerTls([aCertificate(listener)]);
    const site = await startSite(t, { listener: { tls, proxyProtocol: ["127.0.0.1/32"] } });
    const port = await startHaproxy(t, site.router.port, options);
    const raw = connectTcp({ port, host: "127.0.0.1", localAddress: "127.0.0.9" });
    const socket = connectTls({ socket: raw, rejectUnauthorized: false });
    t.after(() => socket.destroy());
    new RawEnd(socket, "the client").write(get);
    const connection = await site.member.connection();
    const head = await connection.untilText("\r\n\r\n");
    assert.match(head, /\r\nX-Forwarded-For: 127\.0\.0\.9\r\n/);
  });
}
