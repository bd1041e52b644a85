import { once } from "node:events";
import { describe, it } from "node:test";
import { createLabCertificates } from "../../src/lab/certificates.ts";
import { systemClock } from "../../src/util/clock.ts";
import { aFarm } from "../support/configs.ts";
import { RawMember } from "../support/raw-member.ts";
import { RawClient, startRouter } from "../support/start-router.ts";

async function startTlsRouter(member: RawMember) {
  const { listener } = await createLabCertificates({ servers: [] }, systemClock);
  const certificate = { file: "x", names: ["*.exchange.localhost"], pem: listener, pfx: null };
  return startRouter([aFarm({ health: null, members: [member.config] })], {
    listener: { tls: { certificates: [certificate], minVersion: "TLSv1.2" } },
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
