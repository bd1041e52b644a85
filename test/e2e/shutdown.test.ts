import { once } from "node:events";
import { describe, it } from "node:test";
import { createLabCertificates } from "../../src/lab/certificates.ts";
import { systemClock } from "../../src/util/clock.ts";
import { aFarm } from "../support/configs.ts";
import { aCertificate, aListenerTls } from "../support/listener-tls.ts";
import { RawMember } from "../support/raw-member.ts";
import { RawClient, startRouter } from "../support/start-router.ts";

async function startTlsRouter(member: RawMember) {
  const { listener } = await createLabCertificates({ servers: [] }, systemClock);
  const certificate = aCertificate(listener);
  return startRouter([aFarm({ health: null, members: [member.config] })], {
    listener: { tls: aListenerTls([certificate]) },
  });
}

describe("a listener with TLS", () => {
  it("does not wait for a client that never ends its handshake when it closes", async () => {
    const member = await RawMember.start();
    const router = await startTlsRouter(member);
    const client = new RawClient(router.port);
    await once(client.socket, "connect");
    await router.close(50);
    await client.untilEnd();
    member.close();
  });
});
