import assert from "node:assert/strict";
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { describe, it, type TestContext } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { makeCertificate } from "../../test/support/make-certificates.ts";
import { portOf } from "../../test/support/port-of.ts";
import { loadAcmeClient } from "./load-acme-client.ts";

/** An authority whose every answer is that; returns a client of it. */
async function clientOf(t: TestContext, answer: RequestListener) {
  const { certificate, key } = await makeCertificate({ name: "localhost", ca: true, names: ["localhost"] });
  const server = createServer({ cert: certificate, key }, answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  const acme = await loadAcmeClient({ ca: certificate }, new FakeClock());
  const accountKey = await acme.crypto.createPrivateEcdsaKey();
  return new acme.Client({ directoryUrl: `https://localhost:${portOf(server)}/dir`, accountKey });
}

describe("asking an authority", { timeout: 20_000 }, () => {
  it("takes a refusal as it is, with what it says about the next time, and does not ask again by itself", async (t) => {
    let asked = 0;
    const client = await clientOf(t, (_request, response) => {
      asked += 1;
      response.writeHead(429, { "Content-Type": "application/problem+json", "Retry-After": "86400" });
      response.end(JSON.stringify({ type: "urn:ietf:params:acme:error:rateLimited", detail: "too many orders" }));
    });
    await assert.rejects(client.createAccount({ termsOfServiceAgreed: true }), {
      name: "AcmeProblem",
      type: "rateLimited",
      message: "too many orders (rateLimited)",
      retryAfterMs: 86_400_000,
    });
    assert.equal(asked, 1);
  });

  it("says what came where that is no problem document", async (t) => {
    const client = await clientOf(t, (_request, response) => response.writeHead(503).end("<html>"));
    await assert.rejects(client.createAccount(), {
      message: /^the authority answered 503 to https:\/\/localhost:\d+\/dir$/,
    });
  });

  it("does not read answers without end", async (t) => {
    const client = await clientOf(t, (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
      };
      response.on("drain", more);
      more();
    });
    await assert.rejects(client.createAccount(), { message: /^the authority can't be reached: maxContentLength/ });
  });
});
